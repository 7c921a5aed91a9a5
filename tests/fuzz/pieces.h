// A connection of whose bytes only so many come at a time, and which then ends.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/error.h"

/// `Input`: what a wire reader reads from, imap::Input or pop3::Input.
template <class Input>
class Pieces final : public Input {
 public:
  Pieces(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}
  std::size_t read(char* into, std::size_t room) override {
    if (bytes_.empty()) throw poller::Error(poller::ErrorKind::temporary, "end of input");
    const std::size_t n = std::min({room, piece_, bytes_.size()});
    std::memcpy(into, bytes_.data(), n);
    bytes_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
};
