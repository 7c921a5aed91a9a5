#include <doctest/doctest.h>

#include <algorithm>

#include "fake_mailbox.h"

using namespace poller;
using namespace poller::test;

namespace {

// Feeds the mails one pass each, in that order.
std::vector<MailEvent> feed(World& w, const std::vector<std::string>& mails) {
  std::vector<MailEvent> out;
  for (const auto& mail : mails) {
    w.server.add(mail);
    w.pass();
    out.insert(out.end(), w.events.begin(), w.events.end());
  }
  return out;
}

std::size_t open_tickets(World& w) {
  const auto all = w.tickets();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Ticket& t) { return !t.merged_into; }));
}

}  // namespace

TEST_CASE("an answer joins the ticket of the mail it refers to; a subject alone never joins") {
  World w;
  const auto e =
      feed(w, {mail_text("a@x", "printer"), mail_text("b@x", "Re: printer", "<a@x>"), mail_text("c@x", "Re: printer")});
  CHECK(e[1].placement.ticket == e[0].placement.ticket);
  CHECK(e[2].placement.ticket != e[0].placement.ticket);
}

TEST_CASE("references join also through a mail that never came") {
  World w;
  const auto e = feed(w, {mail_text("b@x", "Re: q", "<a@x>"), mail_text("c@x", "Re: q", "<a@x>")});
  CHECK(e[0].placement.ticket == e[1].placement.ticket);
}

TEST_CASE("a late first mail joins its answers") {
  World w;
  const auto e = feed(w, {mail_text("b@x", "Re: q", "<a@x>"), mail_text("a@x", "q")});
  CHECK(e[0].placement.ticket == e[1].placement.ticket);
  CHECK_FALSE(e[1].placement.is_new_ticket);
}

TEST_CASE("a mail that points to two tickets joins the newer, and says so") {
  World w;
  const auto e = feed(w, {mail_text("a@x", "one"), mail_text("b@x", "two"), mail_text("c@x", "both", "<a@x> <b@x>")});
  CHECK(e[2].placement.ticket == e[1].placement.ticket);
  CHECK(std::any_of(e[2].placement.reasons.begin(), e[2].placement.reasons.end(),
                    [](const std::string& r) { return r.find("points to 2 tickets") != std::string::npos; }));
}

TEST_CASE("the late missing link merges the younger ticket into the older, of one requester only") {
  World w;
  std::string third_from = "ann@example.com";
  SUBCASE("one requester") {}
  SUBCASE("two") { third_from = "eve@example.net"; }
  const auto e = feed(
      w, {mail_text("a@x", "q"), mail_text("c@x", "Re: q", "<b@x>", third_from), mail_text("b@x", "Re: q", "<a@x>")});
  if (third_from == "ann@example.com") {
    CHECK(open_tickets(w) == 1);
    CHECK(w.store->follow_merges(*e[1].placement.ticket) == *e[0].placement.ticket);
  } else {
    CHECK(open_tickets(w) == 2);
  }
}

TEST_CASE("the same mail again is a duplicate of the first; the same id with other content is not") {
  World w;
  const auto e = feed(w, {mail_text("a@x", "q"), mail_text("a@x", "q"), mail_text("a@x", "q") + "more\r\n"});
  CHECK(e[1].placement.outcome == Outcome::duplicate);
  CHECK(e[1].placement.ticket == e[0].placement.ticket);
  CHECK(e[2].placement.outcome == Outcome::stored);
}

TEST_CASE("mails without a Message-ID are told apart by what they hold") {
  World w;
  const auto e = feed(w, {mail_text("", "one"), mail_text("", "two"), mail_text("", "one")});
  CHECK(e[1].placement.outcome == Outcome::stored);
  CHECK(e[2].placement.outcome == Outcome::duplicate);
}

TEST_CASE("an answer opens a closed ticket again") {
  World w;
  const auto e = feed(w, {mail_text("a@x", "q")});
  auto tx = w.store->begin();
  TicketUpdate update;
  update.status = "closed";
  tx->update_ticket(*e[0].placement.ticket, update, "test", 1);
  tx->commit();
  tx.reset();
  feed(w, {mail_text("b@x", "Re: q", "<a@x>")});
  CHECK(w.tickets().at(0).status == "open");
}
