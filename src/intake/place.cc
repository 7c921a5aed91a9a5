#include "intake/place.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "parsers/requester.h"

namespace poller {
namespace {

struct Candidate {
  Ticket ticket;
  std::string signal;
};

// References, newest first, and In-Reply-To: what the mail itself points to.
std::vector<std::string> pointed_to(const Mail& mail) {
  std::vector<std::string> ids = mail.in_reply_to;
  ids.insert(ids.end(), mail.references.rbegin(), mail.references.rend());
  std::vector<std::string> unique;
  for (auto& id : ids) {
    if (std::find(unique.begin(), unique.end(), id) == unique.end()) unique.push_back(std::move(id));
  }
  return unique;
}

void add_candidate(Store& store, const ThreadHit& hit, std::string signal, std::vector<Candidate>& out) {
  const TicketId id = store.follow_merges(hit.ticket);
  if (std::any_of(out.begin(), out.end(), [&](const Candidate& c) { return c.ticket.id == id; })) return;
  if (auto ticket = store.ticket(id)) out.push_back({std::move(*ticket), std::move(signal)});
}

std::vector<Candidate> parents(Store& store, const Mail& mail) {
  std::vector<Candidate> out;
  const auto ids = pointed_to(mail);
  for (const auto& hit : store.find_thread(ids)) {
    add_candidate(store, hit, fmt::format("{}:<{}>", hit.message ? "reference" : "shared-reference", hit.message_id),
                  out);
  }
  return out;
}

// Tickets whose mails already point to this one: it comes late.
std::vector<Candidate> children(Store& store, const Mail& mail) {
  std::vector<Candidate> out;
  if (!mail.message_id) return out;
  const std::string id = *mail.message_id;
  for (const auto& hit : store.find_thread(std::span(&id, 1))) {
    if (!hit.message) add_candidate(store, hit, fmt::format("referred-to-by-earlier-mail:<{}>", id), out);
  }
  return out;
}

bool younger(const Ticket& a, const Ticket& b) { return std::pair(a.created_at, a.id) > std::pair(b.created_at, b.id); }

void propose_merge(const Candidate& parent, const Candidate& child, Target& target) {
  const Candidate& old = younger(parent.ticket, child.ticket) ? child : parent;
  const Candidate& young = &old == &parent ? child : parent;
  if (!text::iequals(parent.ticket.requester.address, child.ticket.requester.address)) {
    target.reasons.push_back(
        fmt::format("not-merged:{} and {} have different requesters", old.ticket.number, young.ticket.number));
    return;
  }
  target.merge = Merge{young.ticket.id, old.ticket.id};
  target.join = old.ticket.id;
  target.reasons.push_back(fmt::format("missing-link:{} merged into {}", young.ticket.number, old.ticket.number));
}

}  // namespace

Target choose_ticket(Store& store, const Processed& processed) {
  Target target;
  target.requester = requester_of(processed.mail).value_or(Address{});
  auto up = parents(store, processed.mail);
  auto down = children(store, processed.mail);
  for (const auto& c : up) target.reasons.push_back(fmt::format("{} -> {}", c.signal, c.ticket.number));
  for (const auto& c : down) target.reasons.push_back(fmt::format("{} -> {}", c.signal, c.ticket.number));

  const auto newest = [](std::vector<Candidate>& list) {
    return std::max_element(list.begin(), list.end(),
                            [](const Candidate& a, const Candidate& b) { return younger(b.ticket, a.ticket); });
  };
  const auto parent = newest(up);
  const auto child = newest(down);
  if (up.size() > 1) {
    target.reasons.push_back(
        fmt::format("points to {} tickets: joins the newer, {}", up.size(), parent->ticket.number));
  }
  if (parent != up.end()) target.join = parent->ticket.id;
  if (child != down.end()) {
    if (!target.join) {
      target.join = child->ticket.id;
    } else if (*target.join != child->ticket.id) {
      propose_merge(*parent, *child, target);
    }
  }
  if (!target.join) target.reasons.emplace_back("no signal: a new ticket");
  return target;
}

}  // namespace poller
