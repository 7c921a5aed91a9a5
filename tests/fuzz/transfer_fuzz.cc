// Decoders of Content-Transfer-Encodings keep the promises of parsers/transfer.h, uuencode.h and yenc.h.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parsers/embedded_files.h"
#include "parsers/transfer.h"
#include "require.h"

namespace {

using poller::TransferEncoding;

// In blocks or at once, the same; and never more than went in, so that nothing can be blown up.
void check_decoding(std::string_view in, TransferEncoding encoding) {
  std::string whole;
  const auto result = poller::decode_transfer(in, encoding, whole);
  std::string pieces;
  poller::decode_transfer(in, encoding, [&pieces](std::string_view block) { pieces += block; });
  require(whole == pieces, "blocks add up to the whole");
  require(whole.size() <= in.size() + 64, "decoded is not larger than encoded");
  require(result.junk <= in.size(), "no more junk than bytes");
}

void check_base64_round_trip(std::string_view in) {
  std::string decoded;
  const auto result = poller::decode_transfer(poller::text::base64(in), TransferEncoding::base64, decoded);
  require(decoded == in && result.junk == 0 && !result.truncated, "base64 comes back as it went");
}

void check_embedded(std::string_view in) {
  const auto files = poller::find_embedded_files(in, 50);
  std::size_t end = 0;
  for (const auto& file : files) {
    require(file.offset >= end && file.length > 0 && file.offset + file.length <= in.size(), "files lie in the text");
    end = file.offset + file.length;
    check_decoding(in.substr(file.offset, file.length), file.encoding);
  }
  require(poller::without_embedded_files(in, files).size() <= in.size(), "what remains is less");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  for (const auto encoding : {TransferEncoding::identity, TransferEncoding::base64, TransferEncoding::quoted_printable,
                              TransferEncoding::uuencode, TransferEncoding::yenc}) {
    check_decoding(in, encoding);
  }
  check_base64_round_trip(in);
  check_embedded(in);
  TransferEncoding encoding = TransferEncoding::identity;
  poller::parse_transfer_encoding(in.substr(0, 300), encoding);
  return 0;
}
