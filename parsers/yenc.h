// yEnc (http://www.yenc.org/yenc-draft.1.3.txt): binary files within a text body.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/transfer.h"

namespace poller {

/// One yEnc file in a body, from its "=ybegin" line up to and with its "=yend" line.
struct YencBlock {
  std::size_t begin = 0;  // offset of "=ybegin" in the body
  std::size_t end = 0;    // offset behind the "=yend" line, or the body's end when there is none
  std::string name;       // raw bytes, not yet made safe
  int part = 0;           // of a file in several parts, counted from 1; else 0
};

/// The blocks of a body, in order. Only a "=ybegin" line with line=, size= and name= begins one.
std::vector<YencBlock> find_yenc(std::string_view body);

/// Decodes the bytes of one block (its "=ybegin", "=ypart" and "=yend" lines may be there), appends to `out`.
/// `truncated`: no "=yend", or its size is another.
TransferResult decode_yenc(std::string_view in, std::string& out);

}  // namespace poller
