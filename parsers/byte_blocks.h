// Collects decoded bytes and hands them on in blocks.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "parsers/transfer.h"

namespace poller {

class ByteBlocks {
 public:
  static constexpr std::size_t kBlock = std::size_t{64} * 1024;

  explicit ByteBlocks(const ByteSink& sink) : sink_(sink) {}
  ByteBlocks(const ByteBlocks&) = delete;
  ByteBlocks& operator=(const ByteBlocks&) = delete;

  void append(char c) {
    if (used_ == kBlock) flush();
    buffer_[used_++] = c;
  }
  void append(std::string_view bytes) {
    while (bytes.size() > kBlock - used_) {
      const std::string_view first = bytes.substr(0, kBlock - used_);
      std::memcpy(buffer_.data() + used_, first.data(), first.size());
      used_ += first.size();
      flush();
      bytes.remove_prefix(first.size());
    }
    if (bytes.empty()) return;
    std::memcpy(buffer_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
  }

  /// Room for at least `bytes` (no more than kBlock); tell with wrote() how many were used.
  char* room(std::size_t bytes) {
    if (kBlock - used_ < bytes) flush();
    return buffer_.data() + used_;
  }
  [[nodiscard]] std::size_t left() const noexcept { return kBlock - used_; }
  void wrote(std::size_t bytes) noexcept { used_ += bytes; }

  void flush() {
    if (used_ > 0) sink_(std::string_view(buffer_.data(), used_));
    used_ = 0;
  }

 private:
  const ByteSink& sink_;
  std::size_t used_ = 0;
  std::array<char, kBlock> buffer_;
};

}  // namespace poller
