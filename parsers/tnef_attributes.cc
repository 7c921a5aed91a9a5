#include "parsers/tnef_attributes.h"

#include <numeric>

namespace poller {
namespace {

constexpr std::uint32_t kTnefSignature = 0x223e9f78;

std::uint16_t tnef_checksum(std::string_view data) noexcept {
  return std::accumulate(data.begin(), data.end(), std::uint16_t{0}, [](std::uint16_t sum, char c) {
    return static_cast<std::uint16_t>(sum + static_cast<unsigned char>(c));
  });
}

}  // namespace

TnefStream::TnefStream(std::string_view bytes) noexcept : in_(bytes) {
  is_tnef_ = in_.u32() == kTnefSignature;
  in_.u16();  // the key, once used to tie a stream to its text
}

std::optional<TnefAttribute> TnefStream::next() noexcept {
  if (!is_tnef_ || in_.left() == 0) return std::nullopt;
  const unsigned level = in_.u8();
  TnefAttribute attribute;
  attribute.id = in_.u32();
  attribute.of_attachment = level == 2;
  const std::size_t length = in_.u32();
  if ((level != 1 && level != 2) || in_.cut()) {
    damaged_ = true;
    is_tnef_ = false;  // nothing tells where the next one would begin
    return std::nullopt;
  }
  attribute.data = in_.take(length);
  const std::uint16_t checksum = in_.u16();
  damaged_ = damaged_ || in_.cut() || checksum != tnef_checksum(attribute.data);
  return attribute;
}

}  // namespace poller
