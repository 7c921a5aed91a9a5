// Sixty ways into somebody else's ticket, none of which leads there.
#include <doctest/doctest.h>

#include "fake_mailbox.h"
#include "letter.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller {
namespace {

using test::kFailed;
using test::kPassed;
using test::Letter;

// Ann's ticket T-1 with Bob in copy, an answer of ours, and a stranger's ticket T-2.
struct SpoofWorld : test::World {
  TicketId ticket = 0;
  std::string keyed;

  SpoofWorld() {
    mailbox().address = "support@contoso.com";
    mailbox().trust.authserv_id = "mx.contoso.com";
    config.queues.front().agents = {"desk@contoso.com"};
    Letter first;
    first.id = "first@example.com";
    first.cc = "bob@example.com";
    first.fields = {"Thread-Index: AQHauu0qvJ1sQ2x3TkS0dGVzdHRlc3R0ZXN0"};
    ticket = *send(first).ticket;
    auto tx = store->begin();
    keyed = make_message_id(ensure_key_ring(*store, *tx, 1), {ticket, 1, TokenRole::customer}, "contoso.com");
    tx->commit();
  }
  Placement send(const Letter& letter) {
    server.add(letter.text());
    pass();
    REQUIRE(events.size() == 1);
    return events.front().placement;
  }
};

struct Attempt {
  std::string what;
  Letter letter;
};

Letter from(const std::string& who, std::vector<std::string> above = {}) {
  Letter letter;
  letter.from = who;
  letter.above = std::move(above);
  return letter;
}

const std::string kEve = "eve@evil.example";
const std::string kPassedEve = "Authentication-Results: mx.contoso.com; dmarc=pass header.from=evil.example";

Letter with_subject(Letter letter, const std::string& subject) {
  letter.subject = subject;
  return letter;
}

Letter citing(Letter letter, const std::string& ids) {
  letter.in_reply_to = ids;
  letter.references = ids;
  return letter;
}

// A stranger with nothing but the number, however he writes it and whoever vouches for him.
std::vector<Attempt> numbers() {
  std::vector<Attempt> out;
  for (const auto* subject : {"[T-1]", "Re: [T-1] printer", "AW: T-1", "Fwd: [T-1] printer", "t-1 printer", "(T-1)",
                              "=?utf-8?q?Re:_=5BT-1=5D_printer?=", "[T-1] [T-2] printer", "#T-1:"}) {
    out.push_back({std::string("number: ") + subject, with_subject(from(kEve), subject)});
    out.push_back({std::string("number, verified: ") + subject, with_subject(from(kEve, {kPassedEve}), subject)});
  }
  return out;
}

// Names that look like somebody the ticket knows.
std::vector<Attempt> looks() {
  std::vector<Attempt> out;
  for (const auto* who :
       {"\"ann@example.com\" <eve@evil.example>", "Ann <ann@example.com.evil.example>", "ann@example.co",
        "ann@example.com, eve@evil.example", "eve@evil.example, ann@example.com", "Ann <ann+x@example.com>",
        "desk@contoso.com.evil.example", "xdesk@contoso.com", "support@contoso.com", "Support <SUPPORT@contoso.com>",
        "=?utf-8?q?ann=40example=2Ecom?= <eve@evil.example>", "ann@xn--exmple-cua.com"}) {
    out.push_back({std::string("looks like somebody: ") + who, with_subject(from(who), "Re: [T-1] printer")});
  }
  Letter reply_to = with_subject(from(kEve), "Re: [T-1] printer");
  reply_to.fields = {"Reply-To: ann@example.com", "Sender: ann@example.com", "Return-Path: <ann@example.com>"};
  out.push_back({"Reply-To and Sender of the requester", reply_to});
  Letter copies = with_subject(from(kEve), "Re: [T-1] printer");
  copies.cc = "ann@example.com, bob@example.com, desk@contoso.com";
  out.push_back({"everybody in copy", copies});
  Letter second_from = with_subject(from("ann@example.com"), "Re: [T-1] printer");
  second_from.fields = {"From: eve@evil.example"};
  out.push_back({"a second From", second_from});
  return out;
}

// From forged, and the receiving service saw it.
std::vector<Attempt> failed(const std::string& keyed) {
  const std::string lower = "Authentication-Results: mx.contoso.com; dmarc=pass header.from=example.com";
  std::vector<Attempt> out;
  for (const auto* who : {"Ann <ann@example.com>", "bob@example.com", "desk@contoso.com"}) {
    const Letter forged = from(who, {kFailed, lower});
    out.push_back({std::string("failed, number: ") + who, with_subject(forged, "Re: [T-1] printer")});
    out.push_back({std::string("failed, stored id: ") + who, citing(forged, "<first@example.com>")});
    out.push_back({std::string("failed, keyed id: ") + who, citing(forged, "<" + keyed + ">")});
    Letter index = forged;
    index.fields = {"Thread-Index: AQHauu0qvJ1sQ2x3TkS0dGVzdHRlc3R0ZXN0AAECAw=="};
    out.push_back({std::string("failed, Thread-Index: ") + who, index});
    Letter plus = forged;
    plus.to = "support+T-1@contoso.com";
    out.push_back({std::string("failed, plus-address: ") + who, plus});
  }
  Letter other_domain = from("Ann <ann@example.com>", {kPassedEve});
  out.push_back({"passed for another domain", citing(other_domain, "<first@example.com>")});
  Letter two = from("ann@example.com, eve@evil.example", {kPassedEve});
  out.push_back({"passed for the second sender", citing(two, "<first@example.com>")});
  return out;
}

// Ids, keys and marks made up.
std::vector<Attempt> made_up(const std::string& keyed) {
  const auto at = keyed.find('@');
  std::string other_mac = keyed;
  other_mac[at - 1] = other_mac[at - 1] == 'a' ? 'b' : 'a';
  std::string other_ticket = keyed, other_role = keyed;
  other_ticket.replace(keyed.find(".1.1."), 5, ".1.2.");
  other_role.replace(0, 8, "poller.a");
  std::vector<Attempt> out;
  for (const auto& id :
       {other_mac, other_ticket, other_role, std::string("poller.c.1.1.@contoso.com"),
        keyed.substr(0, at - 1) + "@contoso.com", "poller.c.1.1." + std::string(24, '0') + "@contoso.com",
        std::string("poller.c.1.1@contoso.com"), "x" + keyed, std::string("first@example.org")}) {
    out.push_back({"made-up id: " + id, citing(from(kEve), "<" + id + ">")});
  }
  Letter mark = from(kEve);
  mark.to = "support+" + other_mac.substr(0, at) + "@contoso.com";
  out.push_back({"made-up mark in the address", mark});
  Letter body = from(kEve);
  body.body = "Your reference " + other_mac.substr(0, at);
  out.push_back({"made-up mark in the text", body});
  Letter plus = from(kEve, {kPassedEve});
  plus.to = "support+T-1@contoso.com";
  out.push_back({"number in a plus-address", plus});
  Letter index = from(kEve, {kPassedEve});
  index.fields = {"Thread-Index: AQHauu0qvJ1sQ2x3TkS0dGVzdHRlc3R0ZXN0AAECAw=="};
  out.push_back({"a stranger's Thread-Index", index});
  Letter same = from("Ann Example <ann@example.net>");
  out.push_back({"the same subject and name", same});
  Letter in_text = from(kEve);
  in_text.body = "About [T-1]. In-Reply-To: <first@example.com>";
  out.push_back({"number and id in the text", in_text});
  return out;
}

}  // namespace

TEST_CASE("none of sixty spoofing attempts writes into another's ticket") {
  const std::string keyed = SpoofWorld().keyed;
  std::vector<Attempt> attempts = numbers();
  // Every world has keys of its own: those attempts that need the true key are made anew below.
  CHECK(attempts.size() + looks().size() + failed(keyed).size() + made_up(keyed).size() >= 60);
  SpoofWorld w;
  for (auto list : {looks(), failed(w.keyed), made_up(w.keyed)}) {
    attempts.insert(attempts.end(), list.begin(), list.end());
  }
  for (const auto& attempt : attempts) {
    CAPTURE(attempt.what);
    Letter letter = attempt.letter;
    letter.id = "attempt-" + std::to_string(&attempt - attempts.data()) + "@evil.example";
    const Placement p = w.send(letter);
    CHECK(p.outcome == Outcome::stored);
    CHECK(p.ticket != w.ticket);
  }
  CHECK(w.store->ticket(w.ticket)->message_count == 1);
  CHECK_FALSE(w.store->is_participant(w.ticket, kEve));
  // The control: those whom the ticket knows do get in by the same ways.
  CHECK(w.send(with_subject(from("bob@example.com", {kPassed}), "[T-1]")).ticket == w.ticket);
  CHECK(w.send(citing(from("ann@example.com"), "<" + w.keyed + ">")).ticket == w.ticket);
}

}  // namespace poller
