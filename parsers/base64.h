// base64 as mail has it (RFC 2045 section 6.8).
#pragma once

#include <string_view>

#include "parsers/byte_blocks.h"
#include "parsers/transfer.h"

namespace poller {

TransferResult read_base64(std::string_view in, ByteBlocks& out);

}  // namespace poller
