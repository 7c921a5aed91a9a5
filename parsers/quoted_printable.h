// quoted-printable as mail has it (RFC 2045 section 6.7).
#pragma once

#include <string_view>

#include "parsers/byte_blocks.h"
#include "parsers/transfer.h"

namespace poller {

TransferResult read_quoted_printable(std::string_view in, ByteBlocks& out);

/// The value of a hexadecimal digit of either case, or -1.
int hex_digit(char c) noexcept;

}  // namespace poller
