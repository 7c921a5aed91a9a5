// A cursor over little-endian bytes that never reads beyond them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace poller {

class LittleEndian {
 public:
  explicit LittleEndian(std::string_view bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - pos_; }
  /// Whether something was asked for that is not there; numbers are 0 and bytes short from then on.
  [[nodiscard]] bool cut() const noexcept { return cut_; }

  std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() noexcept { return number(8); }

  /// The next `count` bytes, or what is left of them.
  std::string_view take(std::size_t count) noexcept {
    if (count > left()) cut_ = true;
    const std::string_view out = bytes_.substr(pos_, count);
    pos_ += out.size();
    return out;
  }

 private:
  std::uint64_t number(std::size_t count) noexcept {
    const std::string_view bytes = take(count);
    std::uint64_t value = 0;
    if (bytes.size() < count) return value;
    for (std::size_t i = 0; i < count; ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
  }

  std::string_view bytes_;
  std::size_t pos_ = 0;
  bool cut_ = false;
};

}  // namespace poller
