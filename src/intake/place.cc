#include "intake/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "intake/closed.h"
#include "intake/decision.h"
#include "intake/join_up.h"
#include "intake/pick.h"
#include "intake/remember.h"
#include "intake/sender_role.h"
#include "intake/signals.h"
#include "intake/weighed.h"
#include "parsers/requester.h"

namespace poller {
namespace {

constexpr std::size_t kMostRecorded = 40;  // signals in one decision record

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
  Chooser(Store& store, const config::Config& config, const config::Mailbox& mailbox, const Processed& processed,
          UnixTime now)
      : store_(store), config_(config), mailbox_(mailbox), processed_(processed), now_(now) {}

  Target choose() {
    target_.requester = requester_of(processed_.mail).value_or(Address{});
    target_.sender = judge_sender(processed_.mail, mailbox_);
    target_.trust.verdict = to_string(target_.sender.trust);
    target_.trust.verdict_why = target_.sender.why;
    for (auto& found : find_signals(store_, config_, processed_)) weigh(std::move(found));
    leave_other_copies();
    refuse_borrowed_ids();
    record();
    note_taken_ids();
    pick();
    return std::move(target_);
  }

 private:
  struct Known {
    Ticket ticket;
    SenderRole role;
    std::optional<bool> is_distrusted;
  };

  // A long thread names one ticket a hundred times.
  Known* look_up(TicketId id) {
    const auto known = known_.find(id);
    if (known != known_.end()) return &known->second;
    auto ticket = store_.ticket(id);
    if (!ticket) return nullptr;
    const SenderRole role = role_of(store_, config_, *ticket, processed_.mail, target_.sender.trust);
    return &known_.emplace(id, Known{std::move(*ticket), role, std::nullopt}).first->second;
  }

  bool is_distrusted_ticket(TicketId id) {
    Known* known = look_up(id);
    if (known == nullptr) return true;
    if (!known->is_distrusted) known->is_distrusted = is_distrusted(store_, id);
    return *known->is_distrusted;
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

  // Anybody can send a mail with a Message-ID that he has seen, or name one, and answers to the true one must not go to
  // him: of several tickets with one id the one counts that was not opened in another's name; where the sender is
  // known; that has the mail itself, the first one of several.
  void refuse_borrowed_ids() {
    std::map<std::string, std::vector<Weighed*>> by_id;
    for (Weighed& w : weighed_) {
      if (w.found.signal == ThreadSignal::stored_id && !w.found.late && w.note.empty())
        by_id[w.found.value].push_back(&w);
    }
    for (auto& [id, tickets] : by_id) {
      if (tickets.size() < 2) continue;
      const auto claim = [this](const Weighed* w) {
        return std::tuple(is_distrusted_ticket(w->ticket.id), w->action, !w->found.owner, w->found.owner.value_or(0));
      };
      const Weighed* first = *std::min_element(tickets.begin(), tickets.end(),
                                               [&](const Weighed* a, const Weighed* b) { return claim(a) < claim(b); });
      for (Weighed* w : tickets) {
        if (claim(first) < claim(w)) w->note = fmt::format("{} has the better claim to this id", first->ticket.number);
      }
    }
  }

  // Their answers are the other ticket's, and so is its conversation. An id that mails of a ticket only name may be in
  // two: the mail that bears it, when it comes, shows that they are one.
  void note_taken_ids() {
    for (const Weighed& w : weighed_) {
      if (w.ticket.id == 0 || !w.note.empty() || w.found.late) continue;
      const std::string& value = w.found.value;
      if (w.found.signal == ThreadSignal::thread_index) {
        if (const auto key = conversation_key(processed_.mail)) target_.taken_ids.insert(*key);
      } else if (w.found.signal == ThreadSignal::stored_id && (w.found.owner || w.role == SenderRole::stranger)) {
        target_.taken_ids.insert(value.substr(1, value.size() - 2));
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

  void pick() {
    const Picked picked = pick_signal(weighed_);
    if (picked.signal == nullptr) {
      link();
      return;
    }
    target_.join = picked.signal->ticket.id;
    target_.trust.flagged = picked.signal->action == ThreadAction::join_and_flag;
    if (!picked.reason.empty()) target_.reasons.push_back(picked.reason);
    plan_merges(store_, config_, processed_, now_, weighed_, *picked.signal, target_);
  }

  void link() {
    for (const auto& w : weighed_) {
      if (w.ticket.id == 0 || !w.note.empty()) continue;
      target_.linked_to = w.ticket.id;
      target_.trust.linked_to = w.ticket.id;
      target_.reasons.push_back(fmt::format("linked: a new ticket, linked to {} that it named", w.ticket.number));
      return;
    }
    target_.reasons.emplace_back("no signal: a new ticket");
  }

  Store& store_;
  const config::Config& config_;
  const config::Mailbox& mailbox_;
  const Processed& processed_;
  UnixTime now_;
  Target target_;
  std::map<TicketId, Known> known_;
  std::vector<Weighed> weighed_;
};

}  // namespace

Target choose_ticket(Store& store, const config::Config& config, const config::Mailbox& mailbox,
                     const Processed& processed, UnixTime now) {
  Target target = Chooser(store, config, mailbox, processed, now).choose();
  apply_closed_policy(store, config, processed, now, target);
  if (target.trust.flagged && target.join) {
    const auto ticket = store.ticket(*target.join);
    target.reasons.push_back(fmt::format("flagged: {} is neither requester, participant nor agent of {}",
                                         processed.mail.from ? processed.mail.from->address : std::string("nobody"),
                                         ticket ? ticket->number : std::string()));
  }
  return target;
}

}  // namespace poller
