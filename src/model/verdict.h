// What kind of mail it is, and whether it may be answered.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace poller {

enum class MailKind { mail, auto_reply, bounce, delivery_report, feedback_report, calendar, list };

/// "mail", "auto_reply", "bounce", "delivery_report", "feedback_report", "calendar", "list".
const char* to_string(MailKind kind) noexcept;

enum class BounceClass { hard, soft };

struct BouncedRecipient {
  std::string address;
  std::optional<std::string> status;  // RFC 3463, "5.1.1"
  std::optional<int> reply_code;      // RFC 5321, 550
  BounceClass bounce_class = BounceClass::hard;
  std::optional<std::string> diagnostic;
};

struct Bounce {
  std::vector<BouncedRecipient> recipients;
  std::optional<std::string> original_message_id;  // without angle brackets
};

struct Verdict {
  MailKind kind = MailKind::mail;
  bool may_answer = true;
  std::vector<std::string> reasons;  // "header:auto-submitted=auto-replied"
  std::optional<Bounce> bounce;
  std::optional<std::string> feedback_type;
  /// Of a report of success and of a receipt, which have no `bounce`: the mail that it is about, without angle
  /// brackets. For threading; neither stored nor printed.
  std::optional<std::string> reported_message_id;
};

}  // namespace poller
