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

/// One thing in a mail that names a ticket, and what it was worth (docs/threading.md).
struct WeighedSignal {
  std::string signal;   // "stored Message-ID"
  std::string value;    // "<id>", "T-17"
  TicketId ticket = 0;  // 0: it leads nowhere
  std::string number;   // of the ticket
  std::string role;     // "requester", "participant", "agent", "stranger"
  std::string action;   // "join", "join and flag", "new, linked"
  std::string refused;  // why it counted for nothing whatever the table says; mostly empty
};

/// Who wrote, as far as it is known, and what that made of the mail's signals.
struct TrustRecord {
  std::string verdict = "none";  // of the receiving service: "pass", "none", "fail"
  std::string verdict_why;
  std::vector<WeighedSignal> signals;
  bool flagged = false;               // joined, though its sender is unknown to the ticket
  std::optional<TicketId> linked_to;  // of a new ticket: the one that the mail named
};

/// What became of one mail: a line of `replay --json` and `--once --json`.
struct Placement {
  Outcome outcome = Outcome::stored;
  std::optional<TicketId> ticket;
  std::optional<MessageId> message;
  bool is_new_ticket = false;
  MailKind kind = MailKind::mail;
  std::string queue;
  TrustRecord trust;
  std::optional<std::string> limit;  // a flood: why nothing automatic may go out because of this mail
  std::vector<std::string> reasons;  // in the order they were found: signals, refused candidates, rules, trust, limits
};

}  // namespace poller
