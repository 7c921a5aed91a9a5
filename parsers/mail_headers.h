// The header fields of a mail as values.
#pragma once

#include "base/limits.h"
#include "model/mail.h"
#include "parsers/defects.h"

namespace poller {

/// Fills ids, date, subject and addresses of `mail` from its `fields`. `hint`: the charset that the body says it is in,
/// for raw 8-bit bytes.
void read_mail_headers(Mail& mail, const ParseLimits& limits, std::string_view hint, Defects& defects);

}  // namespace poller
