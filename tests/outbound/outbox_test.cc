// The outbox against a real SMTP server, and through a proxy that cuts the session at every byte.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <set>

#include "../support/filters.h"
#include "../support/proxy.h"
#include "../support/smtp_server.h"
#include "../support/temp_dir.h"
#include "base/clock.h"
#include "base/error.h"
#include "outbound/draft.h"
#include "outbound/runner.h"
#include "outbound/sender.h"
#include "storage/outbox.h"

namespace poller::outbound {
namespace {

using support::Fault;
using support::FaultFilter;
using support::Proxy;
using support::ProxyOptions;
using support::SmtpServer;

SmtpServer& smtp_server() {
  static SmtpServer server({"", {{"support@example.test", "pw"}}});
  return server;
}

// Each mail's own subject, of those that the server took.
std::map<std::string, int> taken_subjects() {
  std::map<std::string, int> out;
  for (const auto& mail : smtp_server().mails()) {
    const auto at = mail.data.find("Subject: ") + 9;
    ++out[mail.data.substr(at, mail.data.find("\r\n", at) - at)];
  }
  return out;
}

class MovableClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return system_clock().now() + std::chrono::seconds(offset);
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return system_clock().steady(); }
  std::int64_t offset = 0;
};

struct FakeSent final : SentLookup {
  explicit FakeSent(std::set<std::string> present) : ids(std::move(present)) {}
  std::vector<std::string> find(const std::vector<std::string>& wanted, UnixTime /*since*/) override {
    std::vector<std::string> found;
    for (const auto& id : wanted) {
      if (ids.count(id) != 0) found.push_back(id);
    }
    return found;
  }
  std::set<std::string> ids;
};

struct OutboxHome {
  support::TempDir dir{"outbox"};
  config::Config config;
  std::unique_ptr<Store> store;
  MovableClock clock;
  Deadlines deadlines;

  explicit OutboxHome(std::uint16_t port = 0, bool implicit = false) {
    store = open_sqlite_store((dir.path() / "poller.db").string());
    config::Mailbox mailbox;
    mailbox.name = "support";
    mailbox.address = "support@example.test";
    mailbox.queue = "support";
    mailbox.auth = config::Auth::password;
    mailbox.password.source = config::SecretSource::literal;
    config::Smtp smtp;
    smtp.server.host = "localhost";
    smtp.server.port = port != 0 ? port : smtp_server().starttls_port();
    smtp.server.tls = implicit ? config::Tls::implicit : config::Tls::starttls;
    smtp.server.ca_file = smtp_server().ca_file();
    smtp.user = "support@example.test";
    smtp.password.source = config::SecretSource::literal;
    smtp.from = "Example Support <support@example.test>";
    smtp.ehlo = "poller.example.test";
    mailbox.smtp = smtp;
    config.mailboxes.push_back(mailbox);
    config.queues.push_back({});
    config.queues.back().name = "support";
    smtp_server().behave("{}");
  }

  Queued queue(const std::string& subject, UnixTime not_before = 0, std::vector<Address> to = {{"", "c@example.com"}}) {
    auto tx = store->begin();
    NewTicket ticket;
    ticket.subject = subject;
    ticket.queue = "support";
    ticket.number_form = "T-{id}";
    ticket.requester = {"", "c@example.com"};
    Draft draft;
    draft.mailbox = &config.mailboxes[0];
    draft.ticket = tx->create_ticket(ticket, "test");
    draft.to = std::move(to);
    draft.subject = subject;
    draft.text = "Hello\n.\nA line with a dot.\n";
    draft.who = "agent";
    draft.not_before = not_before;
    const Queued queued = enqueue(*store, *tx, draft, clock.unix_now());
    tx->commit();
    return queued;
  }

  RunSummary run(const RunOptions& options = {}, const std::string& password = "pw") {
    SmtpCredentials credentials;
    credentials.password = [password] { return Secret(password); };
    const auto sender = make_smtp_sender(config.mailboxes[0], credentials, deadlines, "");
    return run_outbox(*store, config, config.mailboxes[0], *sender, clock, options);
  }

  OutboxRow row(const Queued& queued) { return *store->outbox().row(queued.outbox); }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("several mails go over one connection, byte for byte, and the server's id is kept") {
  OutboxHome home;
  const auto before = smtp_server().mails().size();
  const Queued a = home.queue("one connection 1");
  const Queued b = home.queue("one connection 2");
  const RunSummary summary = home.run();
  CHECK(summary.sent == 2);
  CHECK(summary.code == ExitCode::ok);
  const auto mails = smtp_server().mails();
  REQUIRE(mails.size() == before + 2);
  const auto& first = mails[before];
  CHECK(first.session == mails[before + 1].session);
  CHECK(first.tls);
  CHECK(first.ehlo == "poller.example.test");
  CHECK(first.user == "support@example.test");
  CHECK(first.from == "support@example.test");
  CHECK(first.to == std::vector<std::string>{"c@example.com"});
  CHECK(first.data == *home.store->raw(home.row(a).raw_sha256));
  CHECK(home.row(a).state == OutboxState::sent);
  CHECK(has(home.row(b).server_reply, "@smtp.example"));
  CHECK(home.store->message(*a.message)->state == "sent");
  CHECK(home.run().sent == 0);
}

TEST_CASE("implicit TLS") {
  OutboxHome home(smtp_server().tls_port(), true);
  home.queue("implicit");
  CHECK(home.run().sent == 1);
}

TEST_CASE("refused for good, and for now") {
  OutboxHome home;
  const Queued q = home.queue("refused");
  smtp_server().behave(R"({"data": "451 4.7.0 Temporary server error. Please try again later"})");
  const RunSummary later = home.run();
  CHECK(later.retry == 1);
  CHECK(later.code == ExitCode::temporary);
  CHECK(home.row(q).state == OutboxState::retry);
  CHECK(has(home.row(q).last_error, "4.7.0"));
  CHECK(home.row(q).next_try >= home.clock.unix_now() + 40);
  CHECK(home.run().retry == 0);  // its time has not come
  CHECK(home.run().code == ExitCode::ok);
  home.clock.offset += 100;
  smtp_server().behave(R"({"data": "554 5.6.0 Corrupt message content"})");
  const RunSummary never = home.run();
  CHECK(never.failed == 1);
  CHECK(home.row(q).state == OutboxState::failed);
  CHECK(never.code == ExitCode::ok);
}

TEST_CASE("one mail refused for now says nothing of the next") {
  OutboxHome home;
  std::vector<Queued> all;
  for (int i = 0; i < 4; ++i) all.push_back(home.queue("refused in a row " + std::to_string(i)));
  smtp_server().behave(R"({"data": "451 4.3.0 later"})");
  CHECK(home.run().retry == 4);
  for (const auto& q : all) CHECK(home.row(q).state == OutboxState::retry);
  smtp_server().behave("{}");
  home.clock.offset += 100;
  CHECK(home.run().sent == 4);
}

TEST_CASE("after so many retries it is given up") {
  OutboxHome home;
  home.config.outbound.retries = 1;
  const Queued q = home.queue("given up");
  smtp_server().behave(R"({"data": "451 4.3.0 later"})");
  CHECK(home.run().retry == 1);
  home.clock.offset += 1000;
  CHECK(home.run().failed == 1);
  CHECK(home.row(q).attempts == 2);
}

TEST_CASE("one recipient refused: the others get the mail, once") {
  OutboxHome home;
  const Queued q = home.queue("partly", 0, {{"", "c@example.com"}, {"", "full@example.com"}, {"", "gone@example.com"}});
  smtp_server().behave(R"({"rcpt": {"full@example.com": "452 4.2.2 full", "gone@example.com": "550 5.1.1 unknown"}})");
  CHECK(home.run().retry == 1);
  CHECK(home.row(q).owed == std::vector<std::string>{"full@example.com"});
  CHECK(has(home.row(q).last_error, "gone@example.com"));
  smtp_server().behave("{}");
  home.clock.offset += 100;
  CHECK(home.run().sent == 1);
  CHECK(smtp_server().mails().back().to == std::vector<std::string>{"full@example.com"});
}

TEST_CASE("a refused sign-in stops the mailbox and is held against no mail") {
  OutboxHome home;
  const Queued a = home.queue("password 1");
  const Queued b = home.queue("password 2");
  const RunSummary summary = home.run({}, "wrong");
  CHECK(summary.code == ExitCode::sign_in);
  CHECK(summary.retry == 1);
  CHECK(home.row(a).attempts == 0);
  CHECK(home.row(b).state == OutboxState::pending);
  CHECK_FALSE(has(home.row(a).last_error, "wrong"));
}

TEST_CASE("a server that is not there") {
  OutboxHome home(1);
  const Queued q = home.queue("nobody home");
  CHECK(home.run().code == ExitCode::unreachable);
  CHECK(home.row(q).state == OutboxState::retry);
}

TEST_CASE("lost after the end and before the answer: uncertain, and never sent again by itself") {
  OutboxHome home;
  const Queued q = home.queue("uncertain");
  smtp_server().behave(R"({"lose": "after"})");
  CHECK(home.run().uncertain == 1);
  CHECK(home.row(q).state == OutboxState::uncertain);
  smtp_server().behave("{}");
  home.clock.offset += 10'000;
  CHECK(home.run().sent == 0);
  CHECK(taken_subjects()["uncertain"] == 1);
}

TEST_CASE("uncertain, and found in the Sent folder: sent") {
  OutboxHome home;
  const Queued q = home.queue("uncertain found");
  smtp_server().behave(R"({"lose": "after"})");
  home.run();
  RunOptions options;
  options.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{q.message_id}); };
  home.run(options);
  CHECK(home.row(q).state == OutboxState::sent);
}

TEST_CASE("uncertain and not found: one more try only where the folder is known to hold what was sent") {
  OutboxHome home;
  const Queued known = home.queue("uncertain witness");
  home.run();
  const Queued q = home.queue("uncertain lost");
  smtp_server().behave(R"({"lose": "before"})");
  home.run();
  CHECK(home.row(q).state == OutboxState::uncertain);
  smtp_server().behave("{}");
  RunOptions empty, trusted;
  empty.sent = [] { return std::make_unique<FakeSent>(std::set<std::string>{}); };
  trusted.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{known.message_id}); };
  home.clock.offset += 700;
  home.run(empty);
  CHECK(home.row(q).state == OutboxState::uncertain);
  home.clock.offset += 700;
  smtp_server().behave(R"({"lose": "before"})");
  home.run(trusted);
  CHECK(home.row(q).state == OutboxState::uncertain);  // tried once more, and uncertain again
  smtp_server().behave("{}");
  home.clock.offset += 700;
  home.run(trusted);
  CHECK(home.row(q).state == OutboxState::uncertain);
  CHECK(taken_subjects()["uncertain lost"] == 0);
}

TEST_CASE("what a dead process left behind") {
  OutboxHome home;
  const Queued early = home.queue("left early");
  const Queued late = home.queue("left late");
  auto tx = home.store->begin();
  tx->outbox().claim(early.outbox, home.clock.unix_now());
  tx->outbox().claim(late.outbox, home.clock.unix_now());
  tx->outbox().note_end_reached(late.outbox);
  tx->commit();
  const RunSummary summary = home.run();
  CHECK(summary.sent == 1);
  CHECK(summary.uncertain == 1);
  CHECK(home.row(early).state == OutboxState::sent);
  CHECK(home.row(late).state == OutboxState::uncertain);
}

TEST_CASE("two pollers: the second one keeps its hands off") {
  OutboxHome home;
  home.queue("leased");
  const auto lease = home.store->take_lease("outbox support", home.clock.unix_now() + 60);
  REQUIRE(lease);
  CHECK_THROWS_AS(home.run(), Error);
  home.store->release_lease(*lease);
  CHECK(home.run().sent == 1);
}

TEST_CASE("a poller that was overtaken does not send the end") {
  OutboxHome home;
  const Queued q = home.queue("overtaken");
  SmtpCredentials credentials;
  credentials.password = [] { return Secret("pw"); };
  const auto sender = make_smtp_sender(home.config.mailboxes[0], credentials, home.deadlines, "");
  const auto row = home.row(q);
  CHECK_THROWS_AS(sender->send(row, *home.store->raw(row.raw_sha256),
                               [] { throw Error(ErrorKind::temporary, "another process has taken over"); }),
                  Error);
  CHECK(taken_subjects()["overtaken"] == 0);
}

TEST_CASE("hold and the limits: waiting is no failure") {
  OutboxHome home;
  home.queue("held", home.clock.unix_now() + 30);
  CHECK(home.run().sent == 0);
  CHECK(home.run().code == ExitCode::ok);
  home.clock.offset += 31;
  CHECK(home.run().sent == 1);
  home.config.outbound.max_per_run = 2;
  home.config.outbound.max_per_minute = 4;
  for (int i = 0; i < 6; ++i) home.queue("limit " + std::to_string(i));
  CHECK(home.run().sent == 2);
  CHECK(home.run().sent == 1);  // four within the minute, the held one among them
  const RunSummary waiting = home.run();
  CHECK(waiting.sent == 0);
  CHECK(waiting.code == ExitCode::ok);
  home.clock.offset += 61;
  CHECK(home.run().sent == 2);
}

TEST_CASE("an address with a line break never becomes a command") {
  OutboxHome home;
  auto tx = home.store->begin();
  Draft draft;
  draft.mailbox = &home.config.mailboxes[0];
  draft.to = {{"", "a@example.com>\r\nRCPT TO:<b@example.com"}};
  draft.subject = "x";
  CHECK_THROWS_AS(enqueue(*home.store, *tx, draft, 0), Error);
}

TEST_CASE("cut or reset at every byte of a session: nothing is lost, nothing is doubled outside uncertain") {
  const auto before = taken_subjects();
  std::size_t length_up = 0;
  {  // how long a session is, in the client's direction
    OutboxHome home;
    const Queued q = home.queue("cut probe");
    length_up = home.row(q).size + 260;
  }
  int lost = 0, doubled = 0, uncertain = 0, rounds = 0;
  const auto round = [&](const Fault& fault) {
    ProxyOptions options;
    options.server_port = smtp_server().tls_port();
    options.tls = smtp_server().ca().server();
    options.server_tls = true;
    bool first = true;
    Proxy proxy(options, [&](int) -> std::unique_ptr<support::Filter> {
      if (!std::exchange(first, false)) return std::make_unique<support::Filter>();
      return std::make_unique<FaultFilter>(fault);
    });
    OutboxHome home(proxy.port(), true);
    home.deadlines = {std::chrono::milliseconds(200), std::chrono::milliseconds(200), std::chrono::milliseconds(200),
                      std::chrono::milliseconds(200)};
    const std::string subject = fmt::format("cut {}", rounds++);
    const Queued q = home.queue(subject);
    home.run();
    home.clock.offset += 300;
    home.deadlines = {};
    home.run();
    const int taken = taken_subjects()[subject];
    const OutboxState state = home.row(q).state;
    if (state == OutboxState::uncertain) ++uncertain;
    if (state != OutboxState::uncertain && (state != OutboxState::sent || taken == 0)) ++lost;
    if (taken > 1) ++doubled;
  };
  for (std::size_t at = 0; at < length_up; at += at < 220 || at + 120 > length_up ? 3 : 37) {
    round({at % 2 == 0 ? Fault::Kind::cut : Fault::Kind::reset, support::Direction::to_server, at});
  }
  for (std::size_t at = 0; at < 420; at += 5) {
    round({at % 2 == 0 ? Fault::Kind::cut : Fault::Kind::reset, support::Direction::to_client, at});
  }
  MESSAGE("rounds " << rounds << ", uncertain " << uncertain);
  CHECK(lost == 0);
  CHECK(doubled == 0);
  CHECK(uncertain > 0);
  CHECK(uncertain < rounds / 2);
}

}  // namespace poller::outbound
