#include "oauth/paste_reader.h"

#include <unistd.h>

#include <array>

namespace poller::oauth {

PasteReader::PasteReader(int fd) : fd_(fd) {
  if (fd_ < 0 || ::isatty(fd_) == 0) return;
  if (::tcgetpgrp(fd_) != ::getpgrp() || ::tcgetattr(fd_, &before_) != 0) {
    fd_ = -1;
    return;
  }
  termios plain = before_;
  plain.c_lflag &= ~static_cast<tcflag_t>(ICANON);
  plain.c_cc[VMIN] = 1;
  plain.c_cc[VTIME] = 0;
  changed_ = ::tcsetattr(fd_, TCSADRAIN, &plain) == 0;
}

PasteReader::~PasteReader() {
  if (changed_ && fd_ >= 0) ::tcsetattr(fd_, TCSADRAIN, &before_);
}

std::optional<std::string> PasteReader::read_line() {
  constexpr std::size_t kLongestLine = 64 * 1024;
  std::array<char, 4096> piece{};
  const ssize_t n = ::read(fd_, piece.data(), piece.size());
  constexpr char kEndOfFile = 4, kBackspace = 127;
  const bool end = n <= 0 || (changed_ && n == 1 && piece[0] == kEndOfFile);
  if (end) {
    if (changed_) ::tcsetattr(fd_, TCSADRAIN, &before_);
    changed_ = false;
    fd_ = -1;
    if (buffer_.empty()) return std::nullopt;
    return std::move(buffer_);
  }
  for (const char c : std::string_view(piece.data(), static_cast<std::size_t>(n))) {
    if (changed_ && c == kBackspace) {
      if (!buffer_.empty()) buffer_.pop_back();
    } else if (buffer_.size() < kLongestLine) {
      buffer_ += c;
    }
  }
  const std::size_t line_end = buffer_.find_first_of("\r\n");
  if (line_end == std::string::npos) return std::nullopt;
  std::string line = buffer_.substr(0, line_end);
  buffer_.erase(0, line_end + 1);
  return line;
}

}  // namespace poller::oauth
