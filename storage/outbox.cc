#include "storage/outbox.h"

namespace poller {

const char* to_string(OutboxState state) noexcept {
  switch (state) {
    case OutboxState::pending:
      return "pending";
    case OutboxState::sending:
      return "sending";
    case OutboxState::sent:
      return "sent";
    case OutboxState::retry:
      return "retry";
    case OutboxState::uncertain:
      return "uncertain";
    case OutboxState::failed:
      return "failed";
    case OutboxState::cancelled:
      return "cancelled";
  }
  return "pending";
}

const char* to_string(OutboxKind kind) noexcept {
  switch (kind) {
    case OutboxKind::reply:
      return "reply";
    case OutboxKind::ack:
      return "ack";
    case OutboxKind::closed:
      return "closed";
    case OutboxKind::too_large:
      return "too_large";
    case OutboxKind::notice:
      return "notice";
    case OutboxKind::forward:
      return "forward";
    case OutboxKind::alert:
      return "alert";
  }
  return "reply";
}

bool is_automatic(OutboxKind kind) noexcept { return kind != OutboxKind::reply && kind != OutboxKind::alert; }

}  // namespace poller
