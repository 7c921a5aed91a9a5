// Input for the wire layer in pieces of any size.
#pragma once

#include <cstring>
#include <functional>
#include <random>
#include <string>

#include "base/error.h"
#include "mailbox/imap/wire_response.h"

namespace poller::imap_test {

class SlicedInput final : public imap::Input {
 public:
  SlicedInput(std::string bytes, std::function<std::size_t()> slice)
      : bytes_(std::move(bytes)), slice_(std::move(slice)) {}
  std::size_t read(char* into, std::size_t room) override {
    if (position_ == bytes_.size()) throw Error(ErrorKind::temporary, "end of input");
    const std::size_t n = std::min({room, slice_(), bytes_.size() - position_});
    std::memcpy(into, bytes_.data() + position_, n);
    position_ += n;
    largest_room_ = std::max(largest_room_, room);
    return n;
  }
  std::size_t read_now(char* into, std::size_t room) override {
    return position_ == bytes_.size() ? 0 : read(into, room);
  }
  [[nodiscard]] bool at_end() const { return position_ == bytes_.size(); }

 private:
  std::string bytes_;
  std::function<std::size_t()> slice_;
  std::size_t position_ = 0;
  std::size_t largest_room_ = 0;
};

inline std::function<std::size_t()> whole() {
  return [] { return SIZE_MAX; };
}
inline std::function<std::size_t()> byte_by_byte() {
  return [] { return std::size_t{1}; };
}
inline std::function<std::size_t()> random_slices(unsigned seed) {
  return [random = std::mt19937(seed)]() mutable {
    // Mostly small, now and then larger than the reader's buffer.
    return random() % 10 == 0 ? std::size_t{random() % 50'000 + 1} : std::size_t{random() % 9 + 1};
  };
}

}  // namespace poller::imap_test
