// Agents by mail: whose answer goes on to the customer, what of it, and who is told when it does not.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "desk.h"

namespace poller::outbound {
namespace {

constexpr const char* kAnn = "Ann <ann@example.org>";

// A ticket of Jane's; both agents were told of it.
struct Told : Desk {
  TicketId ticket = 0;
  OutboxRow notice;

  Told() {
    ticket = *open_ticket().ticket;
    notice = last_to("ann@example.org", OutboxKind::notice);
  }
  std::size_t replies() { return queued(OutboxKind::reply).size(); }
  std::size_t notices() { return queued(OutboxKind::notice).size(); }
  Mail last_reply() { return mail(last_to("jane@example.com", OutboxKind::reply)); }
  // What the agent himself was told about his mail.
  std::vector<OutboxRow> told_back() { return queued(OutboxKind::forward); }
};

std::vector<std::string> file_names(const Mail& mail) {
  std::vector<std::string> out;
  for (const auto& a : mail.attachments) out.push_back(a.filename.value_or(""));
  return out;
}

using Names = std::vector<std::string>;

std::string mixed(const std::string& text, const std::string& parts) {
  return fmt::format(
      "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\n{}{}--B--\r\n", text,
      parts);
}

std::string part(const std::string& type, const std::string& fields, const std::string& body) {
  return fmt::format("--B\r\nContent-Type: {}\r\n{}\r\n{}\r\n", type, fields, body);
}

const std::string kPdf =
    part("application/pdf; name=contract.pdf", "Content-Disposition: inline; filename=contract.pdf\r\n", "PDF");

std::string related(const std::string& html, const std::string& parts) {
  return fmt::format(
      "Content-Type: multipart/related; boundary=B\r\n\r\n--B\r\nContent-Type: text/html\r\n\r\n{}\r\n{}--B--\r\n",
      html, parts);
}

std::string picture(const std::string& id, const std::string& content) {
  return part("image/png", fmt::format("Content-ID: <{0}@x>\r\nContent-Disposition: inline; filename={0}.png\r\n", id),
              content);
}

}  // namespace

TEST_CASE("an agent's file goes on whatever its disposition, and without any text") {
  Told desk;
  desk.take(answer_with_body(desk.notice, kAnn, mixed("Here is the contract.\r\n", kPdf)));
  REQUIRE(desk.replies() == 1);
  CHECK(file_names(desk.last_reply()) == Names{"contract.pdf"});
  const auto bare = part("application/pdf", "Content-Disposition: attachment; filename=bare.pdf\r\n", "PDF");
  desk.take(answer_with_body(desk.notice, kAnn, mixed("\r\n", bare)));
  REQUIRE(desk.replies() == 2);
  CHECK(file_names(desk.last_reply()) == Names{"bare.pdf"});
  desk.take(answer_with_body(desk.notice, kAnn, mixed("#close\r\n", bare)));
  REQUIRE(desk.replies() == 3);
  CHECK(file_names(desk.last_reply()) == Names{"bare.pdf"});
  CHECK(desk.last_reply().new_text.find("#close") == std::string::npos);
  CHECK(desk.status(desk.ticket) == "closed");
}

TEST_CASE("a command alone sends nothing, nor does the signature of a signed mail with it") {
  Told desk;
  desk.take(answer_to(desk.notice, kAnn, "#pending\r\n"));
  CHECK(desk.status(desk.ticket) == "pending");
  const auto signature =
      part("application/pkcs7-signature", "Content-Disposition: attachment; filename=smime.p7s\r\n", "x");
  desk.take(answer_with_body(desk.notice, kAnn, mixed("#close\r\n", signature)));
  CHECK(desk.status(desk.ticket) == "closed");
  CHECK(desk.replies() == 0);
}

TEST_CASE("the pictures of an answer go on, those of its signature and of what it quotes do not") {
  Told desk;
  const std::string html =
      "<p>Press this button:</p><p><img src=\"cid:button@x\"></p><p>and then the other one.</p><p>Regards</p>"
      "<div>-- <br>Ann Smith<br>Example Ltd<br><img src=\"cid:logo@x\"></div>";
  desk.take(answer_with_body(
      desk.notice, kAnn,
      related(html, picture("button", "AAA") + picture("logo", "BBB") + kPdf +
                        part("image/jpeg", "Content-Disposition: inline; filename=photo.jpg\r\n", "CCC"))));
  REQUIRE(desk.replies() == 1);
  CHECK(file_names(desk.last_reply()) == Names{"button.png", "contract.pdf", "photo.jpg"});
}

TEST_CASE("a picture that the plain text places goes on or stays by where it stands") {
  Told desk;
  const std::string text = "See [cid:shot@x]\r\n\r\n-- \r\nAnn Smith\r\n[cid:logo@x]\r\n";
  desk.take(answer_with_body(desk.notice, kAnn, mixed(text, picture("shot", "AAA") + picture("logo", "BBB"))));
  REQUIRE(desk.replies() == 1);
  CHECK(file_names(desk.last_reply()) == Names{"shot.png"});
}

TEST_CASE("a picture that the ticket has already is not sent again") {
  Told desk;
  const std::string html = "<p>Done.</p><p><img src=\"cid:logo@x\"></p>";
  desk.take(answer_with_body(desk.notice, kAnn, related(html, picture("logo", "LOGO"))));
  REQUIRE(desk.replies() == 1);
  desk.take(answer_with_body(desk.notice, kAnn,
                             related("<p>Again.</p><p><img src=\"cid:logo@x\"></p>", picture("logo", "LOGO"))));
  REQUIRE(desk.replies() == 2);
  CHECK(file_names(desk.last_reply()).empty());
}

TEST_CASE("a customer who answers a notification is a customer: agents are told") {
  Told desk;
  const auto placed = desk.take(answer_to(desk.notice, "Jane <jane@example.com>", "It burns again!\r\n"));
  CHECK(placed.ticket == desk.ticket);
  CHECK(desk.notices() == 4);
  CHECK(desk.replies() == 0);
  CHECK(says(placed, "agents:told: 2"));
  CHECK(says(placed, "its sender is no agent of the queue: a customer's mail"));
  CHECK_FALSE(says(placed, "not sent on"));
}

TEST_CASE("a machine that answers notifications from another address is told of only so often") {
  Told desk;
  for (int i = 0; i < 15; ++i) desk.take(answer_to(desk.notice, "robot@example.net", "We got it.\r\n"));
  const auto placed = desk.take(answer_to(desk.notice, "robot@example.net", "We got it.\r\n"));
  CHECK(desk.notices() == 2 + 2 * 10);
  CHECK(says(placed, "agents:not told: limit"));
  const auto machine =
      desk.take(answer_to(desk.notice, "other@example.net", "We got it.\r\n", "Auto-Submitted: auto-generated\r\n"));
  CHECK(desk.notices() == 2 + 2 * 10);
  CHECK(says(machine, "agents:not told: a machine answers a notification"));
}

TEST_CASE("an agent's answer from an address that is not in the list is shown to the agents, and says so") {
  Told desk;
  const auto placed = desk.take(answer_to(desk.notice, "Ann <ann.smith@example.org>", "Use water.\r\n"));
  CHECK(desk.replies() == 0);
  CHECK(desk.notices() == 4);
  const auto text = desk.mail(desk.last_to("ann@example.org", OutboxKind::notice)).text;
  CHECK(text.find("ann.smith@example.org is no agent") != std::string::npos);
  CHECK(says(placed, "its sender is no agent of the queue"));
  CHECK(desk.told_back().empty());
}

TEST_CASE("a mail of two senders is nobody's answer") {
  Told desk;
  for (const char* from : {"ann@example.org, eve@example.net", "ann@example.org\r\nFrom: eve@example.net",
                           "eve@example.net\r\nFrom: ann@example.org"}) {
    const auto placed = desk.take(answer_to(desk.notice, from, "Pay here.\r\n"));
    CHECK(says(placed, "From names several senders"));
  }
  CHECK(desk.replies() == 0);
  CHECK(desk.told_back().empty());
  CHECK(desk.last_to("ann@example.org", OutboxKind::notice).id > desk.notice.id);
}

TEST_CASE("who failed authentication does not speak for the help desk, whichever field says so") {
  Told desk;
  int n = 0;
  for (const char* fields :
       {"Authentication-Results: mx.example.test; dmarc=fail header.from=example.org\r\n",
        "Authentication-Results: mx.example.test; dmarc=pass header.from=example.net\r\n",
        "Authentication-Results: other.example.test; compauth=fail reason=001\r\n",
        "Authentication-Results: other.example.test; spf=fail smtp.mailfrom=example.org\r\n",
        "Authentication-Results: other.example.test; spf=pass smtp.mailfrom=\"a(b\"@example.net (x; dmarc=fail\r\n",
        "Authentication-Results: other.example.test; dkim=pass header.d=example.net; spf=fail (x; y\r\n"}) {
    const auto placed = desk.take(answer_to(desk.notice, kAnn, fmt::format("Pay here {}.\r\n", n++), fields));
    CHECK_MESSAGE(desk.replies() == 0, fields);
    CHECK_MESSAGE(says(placed, "not sent on: the sender's authentication failed"), fields);
  }
  CHECK(desk.told_back().empty());
  // Where the mailbox's own server says so, the mail is anybody's: a ticket of its own, which the others are told of.
  CHECK(desk.store->ticket(3));
  CHECK(desk.notices() == 2 + 2);
  CHECK(desk.last_to("ann@example.org", OutboxKind::notice).id == desk.notice.id);
  desk.take(answer_to(desk.notice, kAnn, "Use water.\r\n",
                      "Authentication-Results: mx.example.test; dmarc=pass header.from=example.org\r\n"));
  CHECK(desk.replies() == 1);
}

TEST_CASE("a command that there is not keeps the answer from the customer, and the agent is told") {
  Told desk;
  int n = 0;
  for (const char* text : {"#cloze\r\nDone.\r\n", "#close\r\n#spam\r\nDone.\r\n", "#close.\r\nDone.\r\n",
                           "#note: call him back\r\n", "#close #note\r\nDone.\r\n"}) {
    const auto placed = desk.take(answer_to(desk.notice, kAnn, text));
    CHECK_MESSAGE(desk.replies() == 0, text);
    CHECK(says(placed, "agents:answer not sent on"));
    CHECK(desk.told_back().size() == static_cast<std::size_t>(++n));
  }
  CHECK(desk.status(desk.ticket) == "new");
  REQUIRE_FALSE(desk.told_back().empty());
  const auto told = desk.told_back().front();
  CHECK(told.to.front() == "ann@example.org");
  const std::string bytes = desk.bytes(told);
  CHECK(bytes.find("Auto-Submitted: auto-replied") != std::string::npos);
  const auto text = desk.mail(told).text;
  CHECK(text.find("#cloze") != std::string::npos);
  for (const char* command : {"#close", "#pending", "#open", "#note"}) CHECK(text.find(command) != std::string::npos);
  // What is no command goes out.
  desk.take(answer_to(desk.notice, kAnn, "#1 is the fuse.\r\n#close\r\n"));
  REQUIRE(desk.replies() == 1);
  CHECK(desk.last_reply().new_text.find("#1 is the fuse.") != std::string::npos);
  // The answer to what he was told counts as one.
  desk.take(answer_to(told, kAnn, "#close\r\nDone.\r\n"));
  CHECK(desk.replies() == 2);
  CHECK(desk.status(desk.ticket) == "closed");
}

TEST_CASE("an agent whose answer cannot be sent on is told so, and not for ever") {
  Desk desk;
  const auto first = desk.take(letter("\"nobody\" <>", "Reply-To: <>\r\n", "Call me.\r\n"));
  const auto notice = desk.last_to("ann@example.org", OutboxKind::notice);
  REQUIRE(notice.id != 0);
  const auto placed = desk.take(answer_to(notice, kAnn, "Use water.\r\n"));
  CHECK(placed.ticket == first.ticket);
  CHECK(says(placed, "agents:answer not sent on"));
  REQUIRE(desk.queued(OutboxKind::forward).size() == 1);
  CHECK(desk.mail(desk.queued(OutboxKind::forward)[0]).text.find("no requester") != std::string::npos);
  for (int i = 0; i < 15; ++i) desk.take(answer_to(notice, kAnn, "I am out.\r\n"));
  CHECK(desk.queued(OutboxKind::forward).size() == 10);  // answers.per_sender
}

TEST_CASE("an answer without a word or a file of its own is not sent, and its agent learns of it") {
  Told desk;
  const auto placed = desk.take(answer_to(desk.notice, kAnn, "\r\n"));
  CHECK(desk.replies() == 0);
  CHECK(says(placed, "agents:answer not sent on: "));
  CHECK(desk.told_back().size() == 1);
}

TEST_CASE("an agent's absence is noted and nobody is told") {
  Told desk;
  const auto placed = desk.take(answer_to(desk.notice, kAnn, "I am away.\r\n", "Auto-Submitted: auto-replied\r\n"));
  CHECK(says(placed, "a machine wrote it"));
  CHECK(desk.replies() == 0);
  CHECK(desk.notices() == 2);
  CHECK(desk.told_back().empty());
}

TEST_CASE("what an agent's machine writes beside its absences is no answer of his either") {
  for (const char* sign : {"Auto-Submitted: auto-generated\r\n", "Return-Path: <>\r\n", "Precedence: bulk\r\n"}) {
    CAPTURE(sign);
    Told desk;
    const auto placed = desk.take(answer_to(desk.notice, kAnn, "The nightly report.\r\n", sign));
    CHECK(says(placed, "a machine wrote it"));
    CHECK(desk.replies() == 0);
    CHECK(desk.told_back().empty());
  }
}

TEST_CASE("notices refused by a full outbox are told of like refused answers") {
  Desk desk;
  desk.config.outbound.max_pending = 1;
  CHECK(says(desk.open_ticket(), "agents:told: 2"));
  CHECK_FALSE(desk.answers->refused_for_room());
  const auto refused = desk.take(letter("Jim <jim@example.com>", "", "Another.\r\n"));
  CHECK(says(refused, "agents:not told: the outbox is full"));
  CHECK(desk.answers->refused_for_room());
  CHECK(desk.store->value(kRefusedForRoom));
}

TEST_CASE("a full outbox is no trouble of a queue without agents") {
  Desk desk;
  desk.config.outbound.max_pending = 0;
  desk.queue().agents.clear();
  desk.open_ticket();
  REQUIRE(desk.answers);
  CHECK_FALSE(desk.answers->refused_for_room());
}

TEST_CASE("our own address with a detail gets no acknowledgement") {
  Desk desk;
  support::write_text(desk.dir.path() / "ack.txt", "{{number}}\n");
  desk.config.answers.new_ticket = {true, desk.dir.path() / "ack.txt", {}};
  desk.take(letter("support+x@example.test", "", "Hello.\r\n"));
  CHECK(desk.queued(OutboxKind::ack).empty());
  desk.take(letter("jane+x@example.test", "", "Hello.\r\n"));
  CHECK(desk.queued(OutboxKind::ack).size() == 1);
}

}  // namespace poller::outbound
