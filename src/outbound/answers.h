// What goes out because a mail came in: the acknowledgement of a new ticket, the refusal of an oversized mail, the
// agents' notifications, what an agent answers by mail, and what a bounce of our own mail means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "intake/after_commit.h"
#include "outbound/draft.h"
#include "outbound/occasion.h"
#include "outbound/template.h"

namespace poller::outbound {

struct AnswerOptions {
  bool live = true;  // false: replay; nothing is answered, and the reasons say so
};

/// What is wrong with the templates, one for each.
std::vector<Error> template_faults(const config::Answers& answers);

class Answers final : public AfterCommit {
 public:
  /// Reads the templates. Throws Error(configuration) for one that cannot be used.
  Answers(const config::Config& config, const Clock& clock, AnswerOptions options = {});

  std::vector<std::string> mail_stored(Store& store, Transaction& tx, const StoredMail& stored) override;

  /// The closing notice of a ticket that a person has closed. Returns the reason why none went out, or nothing.
  std::optional<std::string> ticket_closed(Store& store, Transaction& tx, const Ticket& ticket);

  /// Whether an answer or a notification was refused because of outbound.max_pending.
  [[nodiscard]] bool refused_for_room() const { return room_.refused(); }

 private:
  std::string acknowledge(Store& store, Transaction& tx, const StoredMail& stored, const Ticket& ticket,
                          const AnswerTemplate& form, OutboxKind kind);
  std::string why_not(Store& store, Transaction& tx, const StoredMail& stored, const std::string& address) const;
  std::string brake(Store& store, Transaction& tx, TicketId ticket, const std::string& address) const;

  const config::Config& config_;
  const Clock& clock_;
  AnswerOptions options_;
  mutable OutboxRoom room_;
  AnswerTemplate new_ticket_, closed_, too_large_;
};

}  // namespace poller::outbound
