// Content transfer encodings, read tolerantly: damage never loses the rest.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "model/mail.h"

namespace poller {

struct TransferResult {
  std::size_t junk = 0;    // bytes that did not belong to the encoding
  bool truncated = false;  // base64 that ends within a group, uuencode without "end"
};

using ByteSink = std::function<void(std::string_view)>;

/// Decodes all of `in`, appends to `out`. Line ends of the content are untouched (quoted-printable: CRLF stays CRLF).
/// base64 (RFC 2045 section 6.8): what is not of the alphabet is skipped; after the padding only what looks like
/// another padded piece is read, so that a footer is no data. quoted-printable (section 6.7): a "=" that starts nothing
/// stays, blanks at a line's end go. uuencode and yEnc: from the "begin" or "=ybegin" line on.
TransferResult decode_transfer(std::string_view in, TransferEncoding encoding, std::string& out);

/// The same in blocks of at most 64 KB (identity: 1 MB).
TransferResult decode_transfer(std::string_view in, TransferEncoding encoding, const ByteSink& sink);

/// The encoding a Content-Transfer-Encoding value means; identity for 7bit, 8bit, binary; nothing known: identity and
/// false.
bool parse_transfer_encoding(std::string_view value, TransferEncoding& encoding) noexcept;

}  // namespace poller
