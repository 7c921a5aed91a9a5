#include "storage/raw.h"

#include <utility>

#include "base/error.h"
#include "lib/zstd/zstd.h"

namespace poller {
namespace {

constexpr int kLevel = 1;
constexpr std::size_t kTooSmall = 256;  // a frame's own bytes eat the gain

}  // namespace

PackedRaw pack_raw(std::string&& bytes, std::string sha256) {
  PackedRaw out;
  out.sha256 = std::move(sha256);
  out.size = bytes.size();
  if (bytes.size() >= kTooSmall) {
    if (auto packed = zstd::compress(bytes, kLevel, bytes.size() - bytes.size() / 10)) {
      out.codec = PackedRaw::Codec::zstd;
      out.bytes = std::move(*packed);
      out.bytes.shrink_to_fit();
      return out;
    }
  }
  out.bytes = std::move(bytes);
  return out;
}

std::string unpack_raw(PackedRaw::Codec codec, std::string_view packed, std::uint64_t size) {
  std::optional<std::string> bytes;
  if (codec == PackedRaw::Codec::zstd) {
    bytes = zstd::decompress(packed, size);
  } else if (codec == PackedRaw::Codec::none && packed.size() == size) {
    bytes = std::string(packed);
  }
  if (!bytes) throw Error(ErrorKind::corrupt, "a stored mail's bytes do not unpack to what was stored");
  return std::move(*bytes);
}

}  // namespace poller
