#include "intake/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "intake/closed.h"
#include "intake/decision.h"
#include "intake/remember.h"
#include "intake/sender_role.h"
#include "intake/signals.h"
#include "parsers/address_key.h"
#include "parsers/requester.h"

namespace poller {
namespace {

constexpr std::size_t kMostMerges = 20;
constexpr std::size_t kMostRecorded = 40;  // signals in one decision record

struct Weighed {
  FoundSignal found;
  Ticket ticket;
  SenderRole role = SenderRole::stranger;
  ThreadAction action = ThreadAction::new_linked;
  std::string note;  // why it counts for nothing all the same
};

bool joins(const Weighed& w) { return w.action != ThreadAction::new_linked && w.note.empty(); }

bool is_pointer(const Weighed& w) {
  return w.found.signal == ThreadSignal::keyed_id || w.found.signal == ThreadSignal::stored_id;
}

bool younger(const Ticket& a, const Ticket& b) { return std::pair(a.created_at, a.id) > std::pair(b.created_at, b.id); }

// "reference:<id>", as `reasons` names it.
std::string signal_line(const FoundSignal& found) {
  switch (found.signal) {
    case ThreadSignal::stored_id:
      if (found.late) return "referred-to-by-earlier-mail:" + found.value;
      return (found.owner ? "reference:" : "shared-reference:") + found.value;
    case ThreadSignal::keyed_id:
      return "keyed-reference:" + found.value;
    case ThreadSignal::keyed_mark:
      return "keyed-mark:" + found.value;
    case ThreadSignal::thread_index:
      return "thread-index:" + found.value;
    case ThreadSignal::number:
      return "subject-number:" + found.value;
    case ThreadSignal::plain_mark:
      return "plus-address:" + found.value;
    case ThreadSignal::same_subject:
      return "same-subject:" + found.value;
  }
  return found.value;
}

class Chooser {
 public:
  Chooser(Store& store, const config::Config& config, const config::Mailbox& mailbox, const Processed& processed)
      : store_(store), config_(config), mailbox_(mailbox), processed_(processed) {}

  Target choose() {
    target_.requester = requester_of(processed_.mail).value_or(Address{});
    target_.sender = judge_sender(processed_.mail, mailbox_);
    target_.trust.verdict = to_string(target_.sender.trust);
    target_.trust.verdict_why = target_.sender.why;
    for (auto& found : find_signals(store_, config_, processed_)) weigh(std::move(found));
    leave_other_copies();
    refuse_borrowed_ids();
    record();
    pick();
    plan_merges();
    finish();
    return std::move(target_);
  }

 private:
  struct Known {
    Ticket ticket;
    SenderRole role;
  };

  // A long thread names one ticket a hundred times.
  const Known* look_up(TicketId id) {
    const auto known = known_.find(id);
    if (known != known_.end()) return &known->second;
    auto ticket = store_.ticket(id);
    if (!ticket) return nullptr;
    const SenderRole role = role_of(store_, config_, *ticket, processed_.mail, target_.sender.trust);
    return &known_.emplace(id, Known{std::move(*ticket), role}).first->second;
  }

  void weigh(FoundSignal found) {
    Weighed w;
    w.found = std::move(found);
    if (w.found.ticket != 0) {
      const Known* known = look_up(w.found.ticket);
      if (known == nullptr) return;
      w.ticket = known->ticket;
      w.role = known->role;
      w.action = action_for(target_.sender.trust, w.found.signal, w.role);
    }
    w.note = w.found.broken;
    weighed_.push_back(std::move(w));
  }

  // A mail that made a ticket in each of two queues (`own_copy`): what answers it goes to the one of its own queue. So
  // does what they only refer to, or a mail that comes late would join up, and merge, the copies.
  void leave_other_copies() {
    if (!config::has_own_copies(config_)) return;
    std::set<TicketId> others;
    for (Weighed& w : weighed_) {
      if (w.ticket.id == 0 || w.ticket.queue == processed_.queue || !is_apart(w.ticket.queue)) continue;
      const auto own = std::find_if(weighed_.begin(), weighed_.end(), [&](const Weighed& other) {
        return other.ticket.id != 0 && other.ticket.queue == processed_.queue && other.found.signal == w.found.signal &&
               other.found.value == w.found.value;
      });
      const bool is_shared = own != weighed_.end();
      if (is_shared && w.note.empty())
        w.note = fmt::format("{} has it too, in the mail's own queue", own->ticket.number);
      if ((is_shared && w.found.owner && own->found.owner) || is_opened_by_copy(w.ticket)) others.insert(w.ticket.id);
    }
    for (Weighed& w : weighed_) {
      if (others.contains(w.ticket.id) && w.note.empty()) w.note = "it is the other queue's copy";
    }
  }

  // Whether this queue and that one each keep what the other has.
  [[nodiscard]] bool is_apart(const std::string& queue) const {
    const auto* own = config::find_queue(config_, processed_.queue);
    const auto* other = config::find_queue(config_, queue);
    return (own != nullptr && own->own_copy) || (other != nullptr && other->own_copy);
  }

  // The ticket is there because this same mail came through another mailbox before.
  bool is_opened_by_copy(const Ticket& ticket) {
    const auto copy = store_.find_identity(processed_.identity, ticket.queue);
    return copy && copy->ticket == ticket.id && says_new_ticket(store_.decision_json(copy->message));
  }

  // Anybody can send a mail with a Message-ID that he has seen, and answers to the true one must not go to him: of
  // several mails with one id the one counts in whose ticket the sender is better known, else the first.
  void refuse_borrowed_ids() {
    for (auto& w : weighed_) {
      if (w.found.signal != ThreadSignal::stored_id || !w.found.owner) continue;
      for (const auto& other : weighed_) {
        if (!other.found.owner || other.found.value != w.found.value || other.ticket.id == w.ticket.id) continue;
        if (!other.note.empty()) continue;
        if (std::pair(other.action, *other.found.owner) < std::pair(w.action, *w.found.owner)) {
          w.note = fmt::format("a mail of {} bears the same Message-ID and comes first", other.ticket.number);
        }
      }
    }
  }

  void record() {
    std::vector<std::pair<ThreadSignal, TicketId>> said;
    for (const auto& w : weighed_) {
      const std::pair key(w.found.signal, w.ticket.id);
      const bool is_news =
          w.ticket.id == 0 || !w.note.empty() || std::find(said.begin(), said.end(), key) == said.end();
      if (!is_news || target_.trust.signals.size() >= kMostRecorded) continue;
      said.push_back(key);
      target_.trust.signals.push_back({to_string(w.found.signal), w.found.value, w.ticket.id, w.ticket.number,
                                       to_string(w.role), to_string(w.action), w.note});
      target_.reasons.push_back(line_of(w));
    }
  }

  [[nodiscard]] std::string line_of(const Weighed& w) const {
    if (w.ticket.id == 0) return fmt::format("{}: refused: {}", signal_line(w.found), w.note);
    const char* trust = to_string(target_.sender.trust);
    std::string line = fmt::format("{} -> {}", signal_line(w.found), w.ticket.number);
    if (!w.note.empty()) return fmt::format("{}: refused: {}", line, w.note);
    if (!joins(w)) return fmt::format("{}: refused ({}, verdict {})", line, to_string(w.role), trust);
    return fmt::format("{} ({}, verdict {})", line, to_string(w.role), trust);
  }

  // The strongest kind of signal decides; among its tickets the newest.
  void pick() {
    for (const auto& w : weighed_) {
      if (!joins(w) || w.found.late) continue;
      if (chosen_ != nullptr && w.found.signal != chosen_->found.signal) continue;
      if (chosen_ == nullptr || younger(w.ticket, chosen_->ticket)) chosen_ = &w;
    }
    if (chosen_ == nullptr) {
      for (const auto& w : weighed_) {
        if (joins(w) && w.found.late && (chosen_ == nullptr || younger(w.ticket, chosen_->ticket))) chosen_ = &w;
      }
    }
    if (chosen_ == nullptr) return;
    target_.join = chosen_->ticket.id;
    if (const auto count = pointed_tickets(); count > 1 && !chosen_->found.late) {
      target_.reasons.push_back(
          fmt::format("points to {} tickets: joins the newer, {}", count, chosen_->ticket.number));
    }
  }

  [[nodiscard]] std::size_t pointed_tickets() const {
    std::vector<TicketId> ids;
    for (const auto& w : weighed_) {
      if (!joins(w) || w.found.late || w.found.signal != chosen_->found.signal) continue;
      if (std::find(ids.begin(), ids.end(), w.ticket.id) == ids.end()) ids.push_back(w.ticket.id);
    }
    return ids.size();
  }

  // Every ticket that the mail joins up: what it refers to, and what refers to it.
  [[nodiscard]] std::vector<Ticket> joined_up() const {
    std::vector<Ticket> out;
    const bool is_link =
        std::any_of(weighed_.begin(), weighed_.end(), [](const Weighed& w) { return joins(w) && w.found.late; });
    if (!is_link) return out;
    for (const auto& w : weighed_) {
      if (!joins(w) || !is_pointer(w)) continue;
      const bool known = std::any_of(out.begin(), out.end(), [&](const Ticket& t) { return t.id == w.ticket.id; });
      if (!known && out.size() <= kMostMerges) out.push_back(w.ticket);
    }
    std::sort(out.begin(), out.end(), [](const Ticket& a, const Ticket& b) { return younger(b, a); });
    return out;
  }

  void plan_merges() {
    const auto tickets = joined_up();
    if (tickets.size() < 2 || !target_.join) return;
    const auto mine =
        std::find_if(tickets.begin(), tickets.end(), [&](const Ticket& t) { return t.id == *target_.join; });
    if (mine == tickets.end()) return;
    const auto base = std::find_if(tickets.begin(), tickets.end(), [&](const Ticket& t) {
      return same_address(t.requester.address, mine->requester.address) && !is_distrusted(store_, t.id);
    });
    for (const Ticket& other : tickets) {
      if (base == tickets.end() || other.id != base->id) plan_merge(base == tickets.end() ? *mine : *base, other);
    }
    if (base != tickets.end() && !target_.merges.empty()) target_.join = base->id;
  }

  void plan_merge(const Ticket& base, const Ticket& other) {
    if (base.id == other.id) return;
    if (!same_address(base.requester.address, other.requester.address)) {
      target_.reasons.push_back(
          fmt::format("not-merged:{} and {} have different requesters", base.number, other.number));
    } else if (is_distrusted(store_, other.id) || is_distrusted(store_, base.id)) {
      target_.reasons.push_back(fmt::format("not-merged:{} and {}: the sender of one of them failed authentication",
                                            base.number, other.number));
    } else if (is_split_from(store_, other.id, base.id)) {
      target_.reasons.push_back(fmt::format("not-merged:{} and {}: a person split them", base.number, other.number));
    } else {
      target_.merges.push_back({other.id, base.id});
      target_.reasons.push_back(fmt::format("missing-link:{} merged into {}", other.number, base.number));
    }
  }

  void finish() {
    if (chosen_ != nullptr) {
      target_.trust.flagged = chosen_->action == ThreadAction::join_and_flag;
      if (target_.trust.flagged) {
        target_.reasons.push_back(fmt::format("flagged: {} is neither requester, participant nor agent of {}", sender(),
                                              chosen_->ticket.number));
      }
      return;
    }
    for (const auto& w : weighed_) {
      if (w.ticket.id == 0 || !w.note.empty()) continue;
      target_.linked_to = w.ticket.id;
      target_.trust.linked_to = w.ticket.id;
      target_.reasons.push_back(fmt::format("linked: a new ticket, linked to {} that it named", w.ticket.number));
      return;
    }
    target_.reasons.emplace_back("no signal: a new ticket");
  }

  [[nodiscard]] std::string sender() const {
    return processed_.mail.from ? processed_.mail.from->address : std::string("nobody");
  }

  Store& store_;
  const config::Config& config_;
  const config::Mailbox& mailbox_;
  const Processed& processed_;
  Target target_;
  std::map<TicketId, Known> known_;
  std::vector<Weighed> weighed_;
  const Weighed* chosen_ = nullptr;
};

}  // namespace

Target choose_ticket(Store& store, const config::Config& config, const config::Mailbox& mailbox,
                     const Processed& processed, UnixTime now) {
  Target target = Chooser(store, config, mailbox, processed).choose();
  apply_closed_policy(store, config, processed, now, target);
  return target;
}

}  // namespace poller
