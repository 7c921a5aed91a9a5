// What a sign-in shows to the person in front of it, and how it hears from them.
#pragma once

#include <string>

namespace poller::oauth {

class LoginUi {
 public:
  virtual ~LoginUi() = default;
  /// A sentence that explains.
  virtual void say(const std::string& sentence) = 0;
  /// An address or a code to be copied: on a line by itself, never wrapped.
  virtual void show(const std::string& value) = 0;
  /// Opens a browser there; false when there is no display or no browser.
  virtual bool open_browser(const std::string& url) = 0;
  /// Where a person may paste a line, or -1. It is only read from.
  virtual int paste_descriptor() = 0;
};

/// Explains on standard error, shows on standard output (or on standard error, where that is for a program to read),
/// hears on standard input. Opens a browser only when `may_open_browser` and there is a display.
class TerminalUi final : public LoginUi {
 public:
  TerminalUi(bool may_open_browser, bool output_is_for_a_program)
      : may_open_browser_(may_open_browser), output_is_for_a_program_(output_is_for_a_program) {}
  void say(const std::string& sentence) override;
  void show(const std::string& value) override;
  bool open_browser(const std::string& url) override;
  int paste_descriptor() override { return 0; }

 private:
  bool may_open_browser_;
  bool output_is_for_a_program_;
};

}  // namespace poller::oauth
