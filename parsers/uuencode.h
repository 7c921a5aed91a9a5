// uuencode (POSIX.1, "uuencode"), as a transfer encoding and as found in the middle of texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/byte_blocks.h"
#include "parsers/transfer.h"

namespace poller {

/// From the "begin" line on; without one, every line that can be data is.
TransferResult read_uuencode(std::string_view in, ByteBlocks& out);

/// A uuencoded file in the middle of a text, from its "begin" line through its "end" line or its last line of data.
struct UuBlock {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string name;  // bytes as they stand
};

/// At most `limit`, in order. "begin MODE NAME" starts one only where a line of data or "end" follows.
std::vector<UuBlock> find_uuencode(std::string_view text, std::size_t limit);

}  // namespace poller
