// Content transfer encodings, read tolerantly: damage never loses the rest.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/mail.h"

namespace poller {

struct TransferResult {
  std::size_t junk = 0;    // bytes that did not belong to the encoding
  bool truncated = false;  // base64 that ends within a group, uuencode without "end"
};

/// Decodes all of `in`, appends to `out`. Line ends of the content are untouched (quoted-printable: CRLF stays CRLF).
TransferResult decode_transfer(std::string_view in, TransferEncoding encoding, std::string& out);

/// The encoding a Content-Transfer-Encoding value means; identity for 7bit, 8bit, binary; nothing known: identity and
/// false.
bool parse_transfer_encoding(std::string_view value, TransferEncoding& encoding) noexcept;

}  // namespace poller
