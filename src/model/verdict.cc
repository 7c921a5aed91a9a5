#include "model/verdict.h"

namespace poller {

const char* to_string(MailKind kind) noexcept {
  switch (kind) {
    case MailKind::mail:
      return "mail";
    case MailKind::auto_reply:
      return "auto_reply";
    case MailKind::bounce:
      return "bounce";
    case MailKind::delivery_report:
      return "delivery_report";
    case MailKind::feedback_report:
      return "feedback_report";
    case MailKind::calendar:
      return "calendar";
    case MailKind::list:
      return "list";
  }
  return "mail";
}

}  // namespace poller
