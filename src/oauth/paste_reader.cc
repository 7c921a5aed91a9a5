#include "oauth/paste_reader.h"

#include <signal.h>
#include <unistd.h>

#include <array>

namespace poller::oauth {
namespace {

// Whoever leaves by Ctrl-C wants the terminal back as it was, too.
volatile sig_atomic_t terminal_fd = -1;
termios terminal_before{};

void restore_and_go(int signal) {
  if (terminal_fd >= 0) ::tcsetattr(terminal_fd, TCSANOW, &terminal_before);
  ::raise(signal);  // the handler is gone by now (SA_RESETHAND)
}

void restore_on_signals(int fd, const termios& before) {
  terminal_before = before;
  terminal_fd = fd;
  struct sigaction action {};
  action.sa_handler = restore_and_go;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace

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
  restore_on_signals(fd_, before_);
  changed_ = ::tcsetattr(fd_, TCSADRAIN, &plain) == 0;
}

PasteReader::~PasteReader() {
  terminal_fd = -1;
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
  return waiting_line();
}

std::optional<std::string> PasteReader::waiting_line() {
  const std::size_t line_end = buffer_.find_first_of("\r\n");
  if (line_end == std::string::npos) return std::nullopt;
  std::string line = buffer_.substr(0, line_end);
  buffer_.erase(0, line_end + 1);
  return line;
}

}  // namespace poller::oauth
