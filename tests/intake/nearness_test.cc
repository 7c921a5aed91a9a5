// Mails that name several tickets, or one that others may not take over: which one counts.
#include <doctest/doctest.h>

#include <algorithm>

#include "fake_mailbox.h"
#include "letter.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller {
namespace {

using test::kFailed;
using test::Letter;

const std::string kMallory = "mallory@evil.example";
const std::string kDesk = "desk@contoso.com";
const std::string kOutlook = "Thread-Index: AQHauu0qvJ1sQ2x3TkS0dGVzdHRlc3R0ZXN0";

// Ann's ticket with the mail first@example.com.
struct NearWorld : test::World {
  TicketId ticket = 0;

  NearWorld() {
    mailbox().address = "support@contoso.com";
    mailbox().trust.authserv_id = "mx.contoso.com";
    config.queues.front().agents = {kDesk};
    Letter first;
    first.id = "first@example.com";
    first.fields = {kOutlook};
    ticket = *send(first).ticket;
  }
  Placement send(const Letter& letter) {
    server.add(letter.text());
    pass();
    REQUIRE(events.size() == 1);
    return events.front().placement;
  }
  TicketId ticket_of(const Letter& letter) { return *send(letter).ticket; }
  void set_status(TicketId id, const std::string& status, std::int64_t seconds_ago = 0) {
    auto tx = store->begin();
    TicketUpdate update;
    update.status = status;
    tx->update_ticket(id, update, "test", system_clock().unix_now() - seconds_ago);
    tx->commit();
  }
  TicketId split(MessageId first) {
    NewTicket made;
    made.queue = "support";
    made.number_form = "T-{id}";
    made.requester = {"Ann", "ann@example.com"};
    made.created_at = system_clock().unix_now();
    auto tx = store->begin();
    const TicketId id = tx->split_ticket(first, made, "anna").id;
    tx->commit();
    return id;
  }
  std::string keyed_id(TicketId of, std::int64_t serial = 1) {
    auto tx = store->begin();
    const auto ring = ensure_key_ring(*store, *tx, 1);
    tx->commit();
    return make_message_id(ring, {of, serial, TokenRole::customer}, "contoso.com");
  }
  TicketId home(TicketId id) { return store->follow_merges(id); }
};

std::string angled(const std::string& id) { return "<" + id + ">"; }

// `references` is a list of ids, oldest first; the last one is answered.
Letter mail(const std::string& id, const std::vector<std::string>& references, const std::string& from = {}) {
  Letter out;
  out.id = id;
  out.body = "Mail " + id;
  if (!from.empty()) out.from = from;
  for (const auto& reference : references) out.references += angled(reference) + " ";
  if (!references.empty()) out.in_reply_to = angled(references.back());
  return out;
}

bool reasons_say(const Placement& placement, const std::string& what) {
  return std::any_of(placement.reasons.begin(), placement.reasons.end(),
                     [&](const std::string& r) { return r.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("made-up ids, however many, hide no true one, and nobody takes another's id over by naming it") {
  NearWorld w;
  Letter blinding = mail("blinding@evil.example", {}, kMallory);
  blinding.references = "<first@example.com>";
  for (int i = 0; i < 300; ++i) {
    blinding.references += " <poller.c.1." + std::to_string(i) + "." + std::string(24, '0') + "@contoso.com>";
  }
  SUBCASE("made-up ids behind it") {}
  SUBCASE("and a hundred numbers in the subject") { blinding.subject = "[T-1] [T-2] [T-3] [T-4] [T-5]"; }
  const Placement p = w.send(blinding);
  CHECK(p.ticket == w.ticket);
  CHECK(p.trust.flagged);
  CHECK(w.ticket_of(mail("a@example.com", {"first@example.com"})) == w.ticket);
  CHECK(w.ticket_of(mail("b@example.com", {"first@example.com"}, kDesk)) == w.ticket);
}

TEST_CASE("a stranger's answer to a closed ticket does not draw the others' answers to his own") {
  NearWorld w;
  auto& queue = w.config.queues.front();
  SUBCASE("the queue opens new ones") {
    queue.closed = config::ClosedPolicy::new_ticket;
    w.set_status(w.ticket, "closed");
  }
  SUBCASE("closed too long ago") {
    queue.reopen_within = config::Seconds(3600);
    w.set_status(w.ticket, "closed", 9000);
  }
  const Placement strangers = w.send(mail("stranger@evil.example", {"first@example.com"}, kMallory));
  CHECK(strangers.is_new_ticket);
  const Placement anns = w.send(mail("ann@example.com", {"first@example.com"}));
  CHECK(anns.is_new_ticket);
  CHECK(anns.trust.linked_to == w.ticket);
  CHECK_FALSE(reasons_say(anns, "flagged"));
  CHECK(w.ticket_of(mail("desk@contoso.com", {"first@example.com"}, kDesk)) == anns.ticket);
  // The stranger's further mail goes where his first one went.
  CHECK(w.ticket_of(mail("again@evil.example", {"first@example.com"}, kMallory)) == strangers.ticket);
}

TEST_CASE("a ticket that a stranger had linked with a closed one is no continuation to an agent") {
  NearWorld w;
  w.config.queues.front().closed = config::ClosedPolicy::new_ticket;
  w.set_status(w.ticket, "closed");
  const TicketId strangers = w.ticket_of(mail("stranger@evil.example", {"first@example.com"}, kMallory));
  Letter desk = mail("desk@contoso.com", {"first@example.com"}, kDesk);
  desk.cc = "ann@example.com";
  const TicketId desks = w.ticket_of(desk);
  CHECK(desks != strangers);
  CHECK(desks != w.ticket);
  // The agent's continues it to those whom both know.
  CHECK(w.ticket_of(mail("ann@example.com", {"first@example.com"})) == desks);
}

TEST_CASE("after a closed ticket was continued in a new one, what follows goes there") {
  NearWorld w;
  auto& queue = w.config.queues.front();
  SUBCASE("the queue opens new ones") {
    queue.closed = config::ClosedPolicy::new_ticket;
    w.set_status(w.ticket, "closed");
  }
  SUBCASE("closed too long ago") {
    queue.reopen_within = config::Seconds(3600);
    w.set_status(w.ticket, "closed", 9000);
  }
  const std::string ours = w.keyed_id(w.ticket);
  const TicketId next = w.ticket_of(mail("r1@example.com", {"first@example.com", ours}));
  REQUIRE(next != w.ticket);
  // As every client writes: the whole chain.
  CHECK(w.ticket_of(mail("r2@example.com", {"first@example.com", ours, "r1@example.com"})) == next);
  CHECK(w.ticket_of(mail("r3@example.com", {"first@example.com", ours, "r1@example.com", "r2@example.com"})) == next);
  CHECK(w.ticket_of(mail("r4@example.com", {"r1@example.com"})) == next);
  // What reaches the closed one only.
  Letter number = mail("r5@example.com", {});
  number.subject = "Re: [T-1] printer";
  CHECK(w.ticket_of(number) == next);
  CHECK(w.ticket_of(mail("r6@example.com", {"first@example.com"})) == next);
  CHECK(w.ticket_of(mail("r7@example.com", {ours}, kDesk)) == next);
  Letter conversation = mail("r8@example.com", {});
  conversation.fields = {kOutlook};
  CHECK(w.ticket_of(conversation) == next);
  // That one is closed as well: the one that continues it in turn.
  w.set_status(next, "closed", 9000);
  const TicketId third = w.ticket_of(mail("r9@example.com", {"r1@example.com"}));
  CHECK(third != next);
  CHECK(third != w.ticket);
  CHECK(w.ticket_of(mail("r10@example.com", {"first@example.com"})) == third);
}

TEST_CASE("answers to a moved message go with it, though they name the old ticket's mails too") {
  NearWorld w;
  const std::string ours = w.keyed_id(w.ticket);
  const Placement moved = w.send(mail("c@example.com", {"first@example.com", ours}));
  REQUIRE(moved.ticket == w.ticket);
  const TicketId made = w.split(*moved.message);
  CHECK(w.ticket_of(mail("d@example.com", {"first@example.com", ours, "c@example.com"})) == made);
  CHECK(w.ticket_of(mail("e@example.com", {"first@example.com", ours, "c@example.com"}, kDesk)) == made);
  CHECK(w.ticket_of(mail("f@example.com", {"first@example.com", ours})) == w.ticket);
}

TEST_CASE("what a person took apart twice is not put together by an Outlook conversation") {
  NearWorld w;
  const Placement second = w.send(mail("second@example.com", {"first@example.com"}));
  const Placement third = w.send(mail("third@example.com", {"first@example.com", "second@example.com"}));
  const TicketId apart = w.split(*second.message);
  const TicketId further = w.split(*third.message);
  REQUIRE(w.store->message(*third.message)->ticket == further);
  Letter outlook = mail("outlook@example.com", {"third@example.com"});
  outlook.fields = {kOutlook};
  CHECK(w.ticket_of(outlook) == further);
  CHECK(w.home(further) == further);
  CHECK(w.home(apart) == apart);
}

TEST_CASE("what a person took out of one ticket and put into another stays there") {
  NearWorld w;
  const Placement second = w.send(mail("second@example.com", {"first@example.com"}));
  const TicketId apart = w.split(*second.message);
  const TicketId other = w.ticket_of(mail("other@example.com", {}));
  {
    auto tx = w.store->begin();
    tx->merge_tickets(apart, other, "anna", system_clock().unix_now());
    tx->commit();
  }
  Letter outlook = mail("outlook@example.com", {"second@example.com"});
  outlook.fields = {kOutlook};
  CHECK(w.ticket_of(outlook) == other);
  CHECK(w.home(other) == other);
  CHECK(w.home(w.ticket) == w.ticket);
}

TEST_CASE("what a stranger could have put in front of it does not outweigh our own id") {
  NearWorld w;
  const TicketId mallorys = w.ticket_of(mail("bait@evil.example", {}, kMallory));
  REQUIRE(mallorys != w.ticket);
  CHECK(w.ticket_of(mail("a@example.com", {w.keyed_id(w.ticket), "bait@evil.example"})) == w.ticket);
}

TEST_CASE("a mail that names two tickets goes to the one that it answers directly, not to the newer") {
  NearWorld w;
  const TicketId other = w.ticket_of(mail("other@example.com", {}));
  REQUIRE(other != w.ticket);
  const Placement p = w.send(mail("both@example.com", {"other@example.com", "first@example.com"}));
  CHECK(p.ticket == w.ticket);
  CHECK(reasons_say(p, "points to 2 tickets"));
}

TEST_CASE("an open ticket is never merged into one that stays closed") {
  NearWorld w;
  auto& queue = w.config.queues.front();
  Letter late = mail("ghost@example.com", {"second@example.com"});
  const TicketId closed = w.ticket_of(mail("old@example.com", {"ghost@example.com"}));
  const TicketId open = w.ticket_of(mail("second@example.com", {}));
  REQUIRE(closed != open);
  bool is_one = false;
  SUBCASE("the queue opens new ones") { queue.closed = config::ClosedPolicy::new_ticket; }
  SUBCASE("the queue keeps notes") { queue.closed = config::ClosedPolicy::note; }
  SUBCASE("closed too long ago") { queue.reopen_within = config::Seconds(3600); }
  SUBCASE("a machine's mail never reopens") { late.fields = {"Auto-Submitted: auto-replied"}; }
  SUBCASE("reopened: then they are one") { is_one = true; }
  w.set_status(closed, "closed", 9000);
  const Placement p = w.send(late);
  CHECK(w.home(open) == (is_one ? closed : open));
  CHECK(w.store->ticket(w.home(open))->status != "closed");
  CHECK(p.ticket == w.home(open));
}

TEST_CASE("an auto-reply merges nothing") {
  NearWorld w;
  const TicketId one = w.ticket_of(mail("old@example.com", {"ghost@example.com"}));
  const TicketId two = w.ticket_of(mail("second@example.com", {}));
  Letter late = mail("ghost@example.com", {"second@example.com"});
  SUBCASE("an auto-reply") { late.fields = {"Auto-Submitted: auto-replied"}; }
  SUBCASE("a person's mail") {}
  w.send(late);
  CHECK((w.home(two) == two) == !late.fields.empty());
  CHECK(w.home(one) == one);
}

TEST_CASE("an open ticket that is merged into one that waits for its requester is open still") {
  NearWorld w;
  const TicketId waits = w.ticket_of(mail("old@example.com", {"ghost@example.com"}));
  const TicketId open = w.ticket_of(mail("second@example.com", {}));
  w.set_status(waits, "pending");
  w.send(mail("ghost@example.com", {"second@example.com"}, kDesk));
  CHECK(w.home(open) == waits);
  CHECK(w.store->ticket(waits)->status == "open");
}

TEST_CASE("a copied Thread-Index does not draw the conversation away") {
  NearWorld w;
  Letter copied = mail("copied@evil.example", {}, kMallory);
  copied.fields = {kOutlook};
  CHECK(w.ticket_of(copied) != w.ticket);
  Letter desk = mail("desk@contoso.com", {}, kDesk);
  desk.fields = {kOutlook};
  CHECK(w.ticket_of(desk) == w.ticket);
  Letter ann = mail("ann@example.com", {});
  ann.fields = {kOutlook};
  CHECK(w.ticket_of(ann) == w.ticket);
}

TEST_CASE("a flagged mail merges nothing, and what it refers to is not remembered") {
  NearWorld w;
  const TicketId second = w.ticket_of(mail("second@example.com", {}));
  const Placement flagged = w.send(mail("plant@evil.example", {"planted@evil.example", "first@example.com"}, kMallory));
  REQUIRE(flagged.trust.flagged);
  const Placement planted = w.send(mail("planted@evil.example", {"second@example.com"}, kMallory));
  CHECK_FALSE(reasons_say(planted, "referred-to-by-earlier-mail"));
  CHECK(w.home(second) == second);
  // Somebody known named the id: the stranger's mail is no link all the same.
  const TicketId third = w.ticket_of(mail("third@example.com", {"late@evil.example"}));
  REQUIRE(third != second);
  w.send(mail("late@evil.example", {"second@example.com"}, kMallory));
  CHECK(w.home(third) == third);
  CHECK(w.home(second) == second);
}

TEST_CASE("answers to an id that one ticket has and another only names go to the former") {
  NearWorld w;
  const TicketId names = w.ticket_of(mail("names@example.com", {"later@example.com"}));
  Letter later = mail("later@example.com", {"bob-first@example.net"}, "bob@example.net");
  const TicketId has = w.ticket_of(mail("bob-first@example.net", {}, "bob@example.net"));
  REQUIRE(w.ticket_of(later) == has);
  CHECK(w.ticket_of(mail("x@contoso.com", {"later@example.com"}, kDesk)) == has);
  // Whom only one of them knows goes there.
  CHECK(w.ticket_of(mail("y@example.com", {"later@example.com"})) == names);
}

TEST_CASE("a ticket that a failed sender opened takes no mail by its subject; a missing subject names nothing") {
  NearWorld w;
  w.config.queues.front().same_subject_within = config::Seconds(3600);
  Letter forged = mail("forged@example.com", {});
  forged.above = {kFailed};
  CHECK(w.ticket_of(forged) != w.ticket);
  CHECK(w.ticket_of(mail("true@example.com", {})) == w.ticket);
  Letter none = mail("none@example.com", {});
  none.subject = "";
  const TicketId nameless = w.ticket_of(none);
  Letter words = mail("words@example.com", {});
  words.subject = "Re: (no subject)";
  CHECK(w.ticket_of(words) != nameless);
}

TEST_CASE("the minimal ticket of a mail that failed and went to quarantine is merged with nothing") {
  NearWorld w;
  w.mailbox().max_size = 1000;
  Letter large = mail("large@example.com", {});
  large.body = std::string(2000, 'x');
  SUBCASE("failed") { large.above = {kFailed}; }
  SUBCASE("not failed") {}
  const TicketId minimal = w.ticket_of(large);
  w.mailbox().max_size = 1000000;
  w.ticket_of(mail("named@example.com", {"ghost@example.com"}));
  w.send(mail("ghost@example.com", {"large@example.com"}));
  CHECK((w.home(minimal) == minimal && w.home(w.ticket + 2) == w.ticket + 2) == !large.above.empty());
}

}  // namespace poller
