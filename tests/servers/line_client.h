// A client that says lines and reads until it sees what it waits for: to try servers without any code of poller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace poller::support {

class LineClient {
 public:
  explicit LineClient(std::uint16_t port);
  ~LineClient();
  LineClient(const LineClient&) = delete;
  LineClient& operator=(const LineClient&) = delete;

  void say(std::string_view line);  // CRLF is added
  /// Everything up to and with the line that starts with `start`, or up to the end of the stream or ten seconds.
  std::string until(std::string_view start);
  /// Both.
  std::string ask(std::string_view line, std::string_view start) {
    say(line);
    return until(start);
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool was_reset() const { return reset_; }

 private:
  int socket_;
  std::string unread_;
  bool ended_ = false, reset_ = false;
};

/// The initial response of XOAUTH2, in base64.
std::string xoauth2(const std::string& user, const std::string& token);

}  // namespace poller::support
