// Lines from a person's terminal (or a pipe), while other things are waited for.
#pragma once

#include <termios.h>

#include <optional>
#include <string>

namespace poller::oauth {

/// On a terminal the line discipline is switched off meanwhile: it would cut a pasted line at 4,095 characters, and an
/// address with a code in it may be longer. What the terminal was is put back at the end.
class PasteReader {
 public:
  /// -1, or a terminal in whose foreground we are not, makes a reader that never has anything.
  explicit PasteReader(int fd);
  ~PasteReader();
  PasteReader(const PasteReader&) = delete;
  PasteReader& operator=(const PasteReader&) = delete;

  /// For poll(); -1 once there is nothing more to come.
  [[nodiscard]] int descriptor() const noexcept { return fd_; }
  /// After poll() said that there is something: a whole line without its end, or nothing yet.
  std::optional<std::string> read_line();
  /// Another whole line of what was read already. Ask until there is none: poll() knows nothing of it.
  std::optional<std::string> waiting_line();

 private:
  int fd_;
  bool changed_ = false;
  termios before_{};
  std::string buffer_;
};

}  // namespace poller::oauth
