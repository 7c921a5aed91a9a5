#include "parsers/transfer.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/base64.h"
#include "parsers/byte_blocks.h"
#include "parsers/quoted_printable.h"
#include "parsers/uuencode.h"
#include "parsers/yenc.h"

namespace poller {
namespace {

TransferResult hand_on(std::string_view in, const ByteSink& sink) {
  constexpr std::size_t kSlice = std::size_t{1024} * 1024;
  for (; !in.empty(); in.remove_prefix(std::min(in.size(), kSlice))) sink(in.substr(0, kSlice));
  return {};
}

struct EncodingName {
  std::string_view name;  // lower case letters and digits alone
  TransferEncoding encoding;
};

constexpr EncodingName kEncodingNames[] = {
    {"7bit", TransferEncoding::identity},
    {"8bit", TransferEncoding::identity},
    {"7bits", TransferEncoding::identity},
    {"8bits", TransferEncoding::identity},
    {"binary", TransferEncoding::identity},
    {"none", TransferEncoding::identity},
    {"base64", TransferEncoding::base64},
    {"b64", TransferEncoding::base64},
    {"xbase64", TransferEncoding::base64},
    {"quotedprintable", TransferEncoding::quoted_printable},
    {"printable", TransferEncoding::quoted_printable},
    {"qp", TransferEncoding::quoted_printable},
    {"uuencode", TransferEncoding::uuencode},
    {"xuuencode", TransferEncoding::uuencode},
    {"uuencoded", TransferEncoding::uuencode},
    {"xuuencoded", TransferEncoding::uuencode},
    {"uue", TransferEncoding::uuencode},
    {"xuue", TransferEncoding::uuencode},
    {"yenc", TransferEncoding::yenc},
    {"xyenc", TransferEncoding::yenc},
};

}  // namespace

TransferResult decode_transfer(std::string_view in, TransferEncoding encoding, const ByteSink& sink) {
  if (encoding == TransferEncoding::identity) return hand_on(in, sink);
  ByteBlocks blocks(sink);
  TransferResult result;
  switch (encoding) {
    case TransferEncoding::base64:
      result = read_base64(in, blocks);
      break;
    case TransferEncoding::quoted_printable:
      result = read_quoted_printable(in, blocks);
      break;
    case TransferEncoding::uuencode:
      result = read_uuencode(in, blocks);
      break;
    case TransferEncoding::yenc: {
      std::string decoded;
      result = decode_yenc(in, decoded);
      blocks.append(decoded);
      break;
    }
    case TransferEncoding::identity:
      break;
  }
  blocks.flush();
  return result;
}

TransferResult decode_transfer(std::string_view in, TransferEncoding encoding, std::string& out) {
  return decode_transfer(in, encoding, [&out](std::string_view block) { out.append(block); });
}

bool parse_transfer_encoding(std::string_view value, TransferEncoding& encoding) noexcept {
  char key[20] = {};
  std::size_t length = 0;
  bool in_comment = false;
  for (const char c : text::trim(value).substr(0, 200)) {
    if (c == '(' || c == ')') in_comment = c == '(';
    if (in_comment || c == ')') continue;
    if (c == ';' || c == ',') break;
    if (text::is_alnum(c)) {
      if (length == sizeof key) break;
      key[length++] = text::lower(c);
    }
  }
  encoding = TransferEncoding::identity;
  const std::string_view name(key, length);
  const auto* const found = std::find_if(std::begin(kEncodingNames), std::end(kEncodingNames),
                                         [&](const EncodingName& known) { return known.name == name; });
  if (found == std::end(kEncodingNames)) return false;
  encoding = found->encoding;
  return true;
}

}  // namespace poller
