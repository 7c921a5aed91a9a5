// Which mail an agent's reply answers and quotes.
#include "outbound/reply.h"

#include <doctest/doctest.h>

#include "outbox_home.h"
#include "parsers/mime.h"

namespace poller::outbound {
namespace {

constexpr const char* kOfStranger =
    R"({"trust":{"flagged":true,"signals":[{"signal":"stored Message-ID","who":"stranger"}]}})";
constexpr const char* kOfAgent = R"({"trust":{"flagged":false,"signals":[{"signal":"keyed token","who":"agent"}]}})";
constexpr const char* kOfPerson =
    R"({"trust":{"flagged":false,"signals":[{"signal":"keyed token","who":"participant"}]}})";

struct ReplyHome : OutboxHome {
  Ticket ticket;

  ReplyHome() {
    auto tx = store->begin();
    NewTicket t;
    t.subject = "printer";
    t.queue = "support";
    t.number_form = "T-{id}";
    t.requester = {"Ann", "ann@example.com"};
    ticket = tx->create_ticket(t, "test");
    tx->commit();
  }
  void receive(const std::string& id, const std::string& from, const char* decision, MailKind kind = MailKind::mail) {
    Mail mail;
    mail.message_id = id + "@example.com";
    mail.from = Address{"", from};
    mail.subject = "Re: printer";
    mail.text = "text of " + id;
    mail.html = "<p>html of " + id + "</p></blockquote><script>x</script>";
    Verdict verdict;
    verdict.kind = kind;
    NewMessage message;
    message.ticket = ticket.id;
    message.mail = &mail;
    message.verdict = &verdict;
    message.received_at = clock.unix_now();
    message.mailbox = "support";
    message.decision_json = decision;
    auto tx = store->begin();
    tx->add_message(message, "test");
    tx->commit();
  }
  Mail reply() {
    Reply reply;
    reply.text = "our answer";
    reply.html = "<p>our answer</p>";
    reply.who = "bob";
    reply.quote = true;
    auto tx = store->begin();
    const Queued queued = queue_reply(*store, *tx, config, *store->ticket(ticket.id), reply, clock.unix_now());
    tx->commit();
    return parse_mail(*store->raw(row(queued).raw_sha256));
  }
};

bool quotes(const Mail& mail, const std::string& id) {
  return mail.in_reply_to == std::vector<std::string>{id + "@example.com"} &&
         mail.text.find("> text of " + id) != std::string::npos &&
         mail.html.value_or("").find("html of " + id) != std::string::npos;
}

}  // namespace

TEST_CASE("a reply answers the requester's last mail, not what came between") {
  ReplyHome home;
  home.receive("first", "ann@example.com", "{}");
  home.receive("second", "Ann@EXAMPLE.com", "{}");
  home.receive("stranger", "mallory@example.org", kOfStranger);
  home.receive("note", "gone@agents.example", kOfAgent);  // in no list any more
  home.receive("colleague", "carl@example.com", kOfPerson);
  home.receive("bounce", "mailer-daemon@example.com", "{}", MailKind::bounce);
  home.receive("away", "ann@example.com", "{}", MailKind::auto_reply);
  const Mail mail = home.reply();
  CHECK(quotes(mail, "second"));
  CHECK(mail.html->find("script") == std::string::npos);
}

TEST_CASE("without one of the requester's own it is somebody's whom the ticket knows, or nobody's") {
  ReplyHome home;
  home.receive("note", "gone@agents.example", kOfAgent);
  home.receive("stranger", "mallory@example.org", kOfStranger);
  CHECK(home.reply().text.find("text of") == std::string::npos);
  home.receive("colleague", "carl@example.com", kOfPerson);
  home.receive("note2", "gone@agents.example", kOfAgent);
  CHECK(quotes(home.reply(), "colleague"));
}

}  // namespace poller::outbound
