// Header values as they go on the wire: ASCII, folded, no control character whatever the input (RFC 5322, 2047, 2231).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/mail.h"

namespace poller {

/// The address as it goes on the wire: an internationalised domain as "xn--…" (RFC 5891), the rest as it is.
std::string wire_address(std::string_view address);

/// Whether an address can go there: one "@", printable ASCII without blanks, brackets, quotes, commas and the like, at
/// most 254 octets (RFC 5321 section 4.5.3.1). Others are never sent to, nor named in a header.
bool is_sendable_address(std::string_view address);

/// Whether `id` can stand between angle brackets: printable ASCII without blanks and brackets, at most 900 octets.
bool is_sendable_id(std::string_view id) noexcept;

/// `text` as valid UTF-8 on one line: control characters, line and paragraph separators and runs of blanks become one
/// blank.
std::string one_line(std::string_view text);

/// An unstructured value (Subject), folded for a field of that name. What is not plain ASCII becomes encoded words.
std::string encode_unstructured(std::string_view name, std::string_view text);

/// A list of addresses. Those that are not sendable are left out.
std::string encode_addresses(std::string_view name, const std::vector<Address>& addresses);

/// "<a> <b>" folded; ids that are not sendable are left out.
std::string encode_ids(std::string_view name, const std::vector<std::string>& ids);

/// "; filename=report.pdf", quoted or in RFC 2231's form, continued over several parameters where it is long.
std::string encode_parameter(std::string_view name, std::string_view value);

}  // namespace poller
