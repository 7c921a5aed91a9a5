// base64 as mail has it (RFC 2045 section 6.8).
#pragma once

#include <string_view>

#include "parsers/byte_blocks.h"
#include "parsers/transfer.h"

namespace poller {

TransferResult read_base64(std::string_view in, ByteBlocks& out);

/// False for a text that was only labelled base64: words with blanks between them, bytes above 127.
/// Other characters that do not belong are rubbish among base64.
bool looks_like_base64(std::string_view in) noexcept;

}  // namespace poller
