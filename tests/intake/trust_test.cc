// Threading by trust: the table, and what each sender reaches.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "fake_mailbox.h"
#include "intake/number_form.h"
#include "intake/trust_table.h"
#include "letter.h"
#include "parsers/mime.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller {
namespace {

using test::kFailed;
using test::kPassed;
using test::Letter;

struct TrustWorld : test::World {
  TrustWorld() {
    mailbox().address = "support@contoso.com";
    mailbox().trust.authserv_id = "mx.contoso.com";
    config.queues.front().agents = {"desk@contoso.com", "@helpers.example"};
  }
  MailEvent send(const Letter& letter) {
    server.add(letter.text());
    pass();
    REQUIRE(events.size() == 1);
    return events.front();
  }
  // Ann's ticket: Bob in copy.
  TicketId open_ticket() {
    Letter first;
    first.id = "first@example.com";
    first.cc = "Bob <bob@example.com>";
    first.fields = {"Thread-Index: AQHauu0qvJ1sQ2x3TkS0dGVzdHRlc3R0ZXN0"};
    return *send(first).placement.ticket;
  }
  // As our own answer would be called.
  std::string keyed_id(TicketId ticket) {
    auto tx = store->begin();
    const auto ring = ensure_key_ring(*store, *tx, 1);
    tx->commit();
    return make_message_id(ring, {ticket, 1, TokenRole::customer}, "contoso.com");
  }
};

bool says(const MailEvent& event, const std::string& what) {
  return std::any_of(event.placement.reasons.begin(), event.placement.reasons.end(),
                     [&](const std::string& r) { return r.find(what) != std::string::npos; });
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto begin = cell.find_first_not_of(' ');
    if (begin != std::string::npos) out.push_back(cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
  }
  return out;
}

}  // namespace

TEST_CASE("the table in docs/threading.md is the table in the code") {
  std::ifstream in(std::string(POLLER_SOURCE_DIR) + "/docs/threading.md");
  std::vector<std::vector<std::string>> lines;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("| verdict | signal |")) inside = true;
    if (inside && !line.starts_with("|")) break;
    if (inside) lines.push_back(cells_of(line));
  }
  REQUIRE(lines.size() == trust_table().size() + 2);
  CHECK(lines[0] == std::vector<std::string>{"verdict", "signal", "requester", "participant", "agent", "stranger"});
  for (std::size_t i = 0; i < trust_table().size(); ++i) {
    const TrustRow& row = trust_table()[i];
    std::vector<std::string> expected{to_string(row.trust), to_string(row.signal)};
    for (const auto action : row.by_role) expected.emplace_back(to_string(action));
    CHECK(lines[i + 2] == expected);
  }
}

TEST_CASE("the table has each combination once, and a failed sender never joins") {
  CHECK(trust_table().size() == 21);
  for (const auto& row : trust_table()) {
    for (int role = 0; role < 4; ++role) {
      const auto action = action_for(row.trust, row.signal, static_cast<SenderRole>(role));
      CHECK(action == row.by_role[static_cast<std::size_t>(role)]);
      if (row.trust == SenderTrust::fail) CHECK(action == ThreadAction::new_linked);
    }
  }
}

TEST_CASE("numbers are found in the queue's form, as words of their own") {
  using Numbers = std::vector<std::string>;
  CHECK(numbers_in("Re: [T-17] printer", "T-{id}") == Numbers{"T-17"});
  CHECK(numbers_in("re: t-17: printer, and T-18", "T-{id}") == Numbers{"t-17", "T-18"});
  CHECK(numbers_in("XT-17 T-17b T-", "T-{id}").empty());
  CHECK(numbers_in("[17] 18 #19 [x20]", "{id}") == Numbers{"17", "19"});
  CHECK(numbers_in("INC2026-0017 down", "INC{year}-{id:4}") == Numbers{"INC2026-0017"});
  CHECK(numbers_in("A11-11", "A{id}") == Numbers{"A11-11", "A11"});
  CHECK(numbers_in("T-1 T-2 T-3 T-4 T-5 T-6 T-7 T-8 T-9 T-10", "T-{id}").size() == 8);
}

TEST_CASE("a number joins from requester, participant and agent, not from a stranger") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  Letter letter;
  letter.subject = "Re: [T-1] printer";
  const auto arrives_from = [&](const std::string& from) {
    letter.from = from;
    letter.body += "!";
    return w.send(letter).placement;
  };
  CHECK(arrives_from("ann@example.com").ticket == ticket);
  CHECK(arrives_from("bob@example.com").ticket == ticket);
  CHECK(arrives_from("Desk <desk@contoso.com>").ticket == ticket);
  CHECK(arrives_from("x@helpers.example").ticket == ticket);
  const Placement stranger = arrives_from("eve@evil.example");
  CHECK(stranger.is_new_ticket);
  CHECK(stranger.trust.linked_to == ticket);
  CHECK(arrives_from("support@contoso.com").is_new_ticket);
  CHECK(arrives_from("ann@example.com, eve@evil.example").is_new_ticket);
  const auto changes = w.store->changes(ticket);
  CHECK(std::count_if(changes.begin(), changes.end(), [](const Change& c) { return c.what == "linked"; }) == 3);
}

TEST_CASE("a stranger who knows a Message-ID joins and is flagged, and brings nobody along") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  Letter letter;
  letter.from = "eve@evil.example";
  letter.cc = "mallory@evil.example";
  letter.in_reply_to = "<first@example.com>";
  const MailEvent event = w.send(letter);
  CHECK(event.placement.ticket == ticket);
  CHECK(event.placement.trust.flagged);
  CHECK(says(event, "flagged"));
  Letter number;
  number.from = "mallory@evil.example";
  number.subject = "[T-1] hello";
  CHECK(w.send(number).placement.is_new_ticket);
}

TEST_CASE("a failed sender never joins, whatever he cites; nothing that he refers to is remembered") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  Letter forged;
  forged.above = {kFailed};
  forged.subject = "Re: [T-1] printer";
  forged.references = "<unknown@example.com> <first@example.com> <" + w.keyed_id(ticket) + ">";
  forged.cc = "mallory@evil.example";
  const Placement p = w.send(forged).placement;
  CHECK(p.is_new_ticket);
  CHECK(p.trust.verdict == "fail");
  CHECK(p.trust.linked_to == ticket);
  Letter answer;
  answer.in_reply_to = "<unknown@example.com>";
  CHECK(w.send(answer).placement.is_new_ticket);
  answer.in_reply_to = "<first@example.com>";
  answer.body = "Another.";
  CHECK(w.send(answer).placement.ticket == ticket);
}

TEST_CASE("our own keyed id joins, also under an old key; a forged one counts for nothing") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  const std::string id = w.keyed_id(ticket);
  Letter letter;
  letter.in_reply_to = "<" + id + ">";
  CHECK(w.send(letter).placement.ticket == ticket);
  {
    auto tx = w.store->begin();
    add_key(*tx, 2);
    tx->commit();
  }
  CHECK(w.keyed_id(ticket) != id);
  letter.body = "Later.";
  CHECK(w.send(letter).placement.ticket == ticket);
  std::string forged = id;
  forged[forged.find('@') - 1] = forged[forged.find('@') - 1] == '0' ? '1' : '0';
  letter.in_reply_to = "<" + forged + ">";
  letter.body = "Forged.";
  const MailEvent event = w.send(letter);
  CHECK(event.placement.is_new_ticket);
  CHECK(says(event, "no key of ours made it"));
}

TEST_CASE("keyed marks in a plus-address and in the text join where references were stripped") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  const std::string id = w.keyed_id(ticket);
  const std::string mark = id.substr(0, id.find('@'));
  Letter address;
  address.to = "support+" + mark + "@contoso.com";
  CHECK(w.send(address).placement.ticket == ticket);
  Letter body;
  body.from = "tool@servicedesk.example";
  body.body = "Your reference: " + mark + ".\r\nDone.";
  const Placement p = w.send(body).placement;
  CHECK(p.ticket == ticket);
  CHECK(p.trust.flagged);
}

TEST_CASE("a number in a plus-address is worth what a number is") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  Letter letter;
  letter.to = "support+T-1@contoso.com";
  CHECK(w.send(letter).placement.ticket == ticket);
  letter.from = "eve@evil.example";
  CHECK(w.send(letter).placement.trust.linked_to == ticket);
  letter.to = "other+T-1@contoso.com";
  letter.body = "Not ours.";
  CHECK_FALSE(w.send(letter).placement.trust.linked_to);
}

TEST_CASE("Outlook's conversation joins from whom the ticket knows") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  Letter letter;
  letter.from = "bob@example.com";
  letter.fields = {"Thread-Index: AQHauu0qvJ1sQ2x3TkS0dGVzdHRlc3R0ZXN0AAECAw=="};
  CHECK(w.send(letter).placement.ticket == ticket);
  letter.from = "eve@evil.example";
  CHECK(w.send(letter).placement.is_new_ticket);
}

TEST_CASE("the same subject joins only where the queue says so, from the requester, within its time") {
  TrustWorld w;
  SUBCASE("off") {
    w.open_ticket();
    Letter again;
    again.body = "Again.";
    CHECK(w.send(again).placement.is_new_ticket);
  }
  SUBCASE("on") {
    w.config.queues.front().same_subject_within = config::Seconds(3600);
    const TicketId ticket = w.open_ticket();
    Letter again;
    again.subject = "AW: Printer";
    CHECK(w.send(again).placement.ticket == ticket);
    again.from = "bob@example.com";
    CHECK(w.send(again).placement.is_new_ticket);
  }
}

TEST_CASE("a mail with another's Message-ID does not get the answers to it") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  Letter thief;
  thief.id = "first@example.com";
  thief.from = "eve@evil.example";
  thief.body = "Mine.";
  const Placement stolen = w.send(thief).placement;
  CHECK(stolen.is_new_ticket);
  Letter answer;
  answer.in_reply_to = "<first@example.com>";
  answer.from = "desk@contoso.com";
  CHECK(w.send(answer).placement.ticket == ticket);
  answer.from = "colleague@example.com";
  CHECK(w.send(answer).placement.ticket == ticket);
  answer.from = "eve@evil.example";
  CHECK(w.send(answer).placement.ticket == *stolen.ticket);
}

TEST_CASE("a ticket that a failed sender opened is not merged by a later mail") {
  TrustWorld w;
  const TicketId ticket = w.open_ticket();
  Letter child;
  child.in_reply_to = "<middle@example.com>";
  SUBCASE("failed") { child.above = {kFailed}; }
  SUBCASE("passed") { child.above = {kPassed}; }
  child.id = "child@example.com";
  const TicketId other = *w.send(child).placement.ticket;
  CHECK(other != ticket);
  Letter middle;
  middle.id = "middle@example.com";
  middle.in_reply_to = "<first@example.com>";
  w.send(middle);
  CHECK((w.store->follow_merges(other) == ticket) == (child.above.front() == kPassed));
}

TEST_CASE("what a failed sender opened stays apart, though a true mail of the same address refers to it") {
  TrustWorld w;
  Letter forged;
  forged.id = "forged@example.com";
  forged.above = {kFailed};
  const TicketId distrusted = *w.send(forged).placement.ticket;
  Letter child;
  child.id = "child@example.com";
  child.in_reply_to = "<middle@example.com>";
  child.above = {kPassed};
  const TicketId trusted = *w.send(child).placement.ticket;
  Letter middle;
  middle.id = "middle@example.com";
  middle.in_reply_to = "<forged@example.com>";
  middle.above = {kPassed};
  CHECK(says(w.send(middle), "not-merged:"));
  CHECK(w.store->follow_merges(distrusted) != w.store->follow_merges(trusted));
}

}  // namespace poller
