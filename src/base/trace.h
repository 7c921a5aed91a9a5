// What is said with a server, as the log shows it at level trace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/log.h"

namespace poller {

/// Each line bears the mailbox (where none is known, the host) and the number of the connection in this process. What
/// is given here is shown as it is: secrets are masked before.
class Trace {
 public:
  /// `protocol` is a literal: "imap".
  Trace(std::string_view protocol, std::string mailbox, std::string host = {});

  /// From here on it is another connection.
  void renew();
  [[nodiscard]] static bool is_on() noexcept { return log::enabled(LogLevel::trace); }
  void sent(std::string_view line) const { write('>', line); }
  void received(std::string_view line) const { write('<', line); }

 private:
  void write(char direction, std::string_view line) const;

  std::string_view protocol_;
  std::string mailbox_;
  std::string host_;
  std::uint64_t connection_ = 0;
};

}  // namespace poller
