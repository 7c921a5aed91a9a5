// The header fields of a mail as values.
#pragma once

#include <string>
#include <string_view>

#include "base/limits.h"
#include "model/mail.h"
#include "parsers/defects.h"

namespace poller {

/// Fills ids, date, subject and addresses of `mail` from its `fields`. `hint`: the charset that the body says it is in,
/// for raw 8-bit bytes.
void read_mail_headers(Mail& mail, const ParseLimits& limits, std::string_view hint, Defects& defects);

/// The charset to try first for raw 8-bit header values: what the body says it is in (`declared`), unless that says
/// nothing and the values together look like another one; one alone is often too short to tell.
std::string header_charset_hint(const Mail& mail, std::string declared);

}  // namespace poller
