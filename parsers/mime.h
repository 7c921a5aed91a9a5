// Bytes to Mail. Pure: no I/O, no logging, no exception for a bad mail (what was wrong stands in Mail::defects).
#pragma once

#include <string_view>

#include "base/limits.h"
#include "model/mail.h"

namespace poller {

/// Parses a whole mail: RFC 5322, 2045-2049, 2047, 2231, 3676, and what real software makes of them. Any bytes give a
/// result, in time linear in their number and within the limits.
/// `header_only`: the bytes are a header block alone (a mail over max_size); the body is then empty and no defect.
/// `sha256`: of the bytes in hex, from a caller that knows it; else it is computed.
Mail parse_mail(std::string_view raw, const ParseLimits& limits = {}, bool header_only = false,
                std::string sha256 = {});

/// Whether the bytes are a mail at all: not empty, and a header line ("Name: ...") in the first 64 KB.
bool looks_like_mail(std::string_view raw) noexcept;

}  // namespace poller
