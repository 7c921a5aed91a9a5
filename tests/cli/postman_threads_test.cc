// The daemon's sending: each mailbox by itself.
#include "cli/postman.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "outbound/draft.h"
#include "tests/support/scripted_server.h"
#include "tests/support/smtp_server.h"
#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test
using namespace std::chrono_literals;

namespace {

config::Mailbox sending_mailbox(const std::string& name, std::uint16_t port, const support::SmtpServer& server) {
  config::Mailbox mailbox;
  mailbox.name = name;
  mailbox.address = name + "@example.test";
  mailbox.queue = "support";
  mailbox.auth = config::Auth::password;
  mailbox.password.source = config::SecretSource::literal;
  mailbox.password.literal = Secret("pw");
  config::Smtp smtp;
  smtp.server.host = "localhost";
  smtp.server.port = port;
  smtp.server.tls = config::Tls::implicit;
  smtp.server.ca_file = server.ca_file();
  smtp.user = mailbox.address;
  smtp.password = mailbox.password;
  smtp.from = mailbox.address;
  smtp.ehlo = "poller.example.test";
  mailbox.smtp = smtp;
  return mailbox;
}

void queue_mail(Store& store, const config::Mailbox& mailbox) {
  auto tx = store.begin();
  NewTicket ticket;
  ticket.subject = "of " + mailbox.name;
  ticket.queue = "support";
  ticket.number_form = "T-{id}";
  ticket.requester = {"", "c@example.com"};
  outbound::Draft draft;
  draft.mailbox = &mailbox;
  draft.ticket = tx->create_ticket(ticket, "test");
  draft.to = {ticket.requester};
  draft.subject = ticket.subject;
  draft.text = "Hello\n";
  draft.who = "agent";
  outbound::enqueue(store, *tx, draft, system_clock().unix_now());
  tx->commit();
}

}  // namespace

TEST_CASE("an SMTP server that hangs holds up the mail of its own mailbox alone") {
  const support::TempDir dir("postman");
  support::SmtpServer server({"", {{"quick@example.test", "pw"}}});
  std::atomic<bool> over{false};
  support::ScriptedServer hung(support::ScriptedTls{server.ca().server()}, [&](support::Conversation& client) {
    while (!over) std::this_thread::sleep_for(20ms);  // no greeting
    client.close();
  });
  config::Config config;
  config.sqlite_path = dir / "poller.db";
  config.queues.emplace_back();
  config.queues.front().name = "support";
  config.mailboxes = {sending_mailbox("hung", hung.port(), server),
                      sending_mailbox("quick", server.tls_port(), server)};
  const auto store = open_sqlite_store(config.sqlite_path.string());
  for (const auto& mailbox : config.mailboxes) queue_mail(*store, mailbox);
  Sessions sessions(config);
  Metrics metrics;
  metrics.declare(config);
  const auto waiting = [&] { return store->outbox().counts().pending; };
  {
    const cli::Postman postman(config, sessions, metrics, "");
    for (int i = 0; i < 400 && (hung.connections() == 0 || waiting() > 1); ++i) std::this_thread::sleep_for(50ms);
    CHECK(hung.connections() > 0);
    CHECK(waiting() == 1);
    CHECK(store->outbox().in_state("quick", OutboxState::sent).size() == 1);
    over = true;
  }
  CHECK(store->outbox().in_state("hung", OutboxState::sent).empty());
}
