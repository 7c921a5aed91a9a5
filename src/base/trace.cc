#include "base/trace.h"

#include <fmt/format.h>

#include <atomic>

namespace poller {

Trace::Trace(std::string_view protocol, std::string mailbox, std::string host)
    : protocol_(protocol), mailbox_(std::move(mailbox)), host_(std::move(host)) {
  renew();
}

void Trace::renew() {
  static std::atomic<std::uint64_t> connections{0};
  connection_ = ++connections;
}

void Trace::write(char direction, std::string_view line) const {
  if (!is_on()) return;
  const std::string message = fmt::format("{} {}", protocol_, direction);
  if (mailbox_.empty()) {
    log::write(LogLevel::trace, message, {{"host", host_}, {"connection", connection_}, {"line", line}});
  } else {
    log::write(LogLevel::trace, message, {{"mailbox", mailbox_}, {"connection", connection_}, {"line", line}});
  }
}

}  // namespace poller
