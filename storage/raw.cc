#include "storage/raw.h"

#include <array>
#include <optional>
#include <utility>

#include "base/error.h"
#include "lib/zstd/zstd.h"

namespace poller {
namespace {

constexpr int kLevel = 1;
constexpr std::size_t kTooSmall = 256;       // a frame's own bytes eat the gain
constexpr std::size_t kSampled = 32 * 1024;  // from this size on a look at a part decides
constexpr std::size_t kSample = 2 * 1024;

// Most bytes of large mails are base64 of what is compressed already (pictures, PDF, Office). zstd makes 0.76 of
// them (6 bits in 8), at more CPU than writing them costs. Text and HTML give less than 0.5, so does base64 of what
// was not compressed.
constexpr double kWorthIt = 0.7;

bool worth_packing(std::string_view bytes) {
  if (bytes.size() < kTooSmall) return false;
  if (bytes.size() < kSampled) return true;
  std::string sample;
  sample.reserve(4 * kSample);
  for (const std::size_t eighth : std::array<std::size_t, 4>{1, 3, 5, 7}) {
    sample += bytes.substr(bytes.size() / 8 * eighth, kSample);
  }
  const auto room = static_cast<std::size_t>(static_cast<double>(sample.size()) * kWorthIt);
  return zstd::compress(sample, kLevel, room).has_value();
}

}  // namespace

PackedRaw pack_raw(std::string&& bytes, std::string sha256) {
  PackedRaw out;
  out.sha256 = std::move(sha256);
  out.size = bytes.size();
  if (worth_packing(bytes)) {
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
