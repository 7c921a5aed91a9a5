// Where a mail goes, and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/ticket.h"

namespace poller {

enum class Outcome { stored, duplicate, ignored, quarantined };

inline const char* to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::stored:
      return "stored";
    case Outcome::duplicate:
      return "duplicate";
    case Outcome::ignored:
      return "ignored";
    case Outcome::quarantined:
      return "quarantined";
  }
  return "stored";
}

/// What became of one mail: a line of `replay --json` and `--once --json`.
struct Placement {
  Outcome outcome = Outcome::stored;
  std::optional<TicketId> ticket;
  std::optional<MessageId> message;
  bool is_new_ticket = false;
  MailKind kind = MailKind::mail;
  std::string queue;
  std::vector<std::string> reasons;  // in the order they were found: signals, refused candidates, rules, trust, limits
};

}  // namespace poller
