#include "outbox_home.h"

namespace poller::outbound {

support::SmtpServer& smtp_server() {
  static support::SmtpServer server({"", {{"support@example.test", "pw"}}});
  return server;
}

std::map<std::string, int> taken_subjects() {
  std::map<std::string, int> out;
  for (const auto& mail : smtp_server().mails()) {
    const auto at = mail.data.find("Subject: ") + 9;
    ++out[mail.data.substr(at, mail.data.find("\r\n", at) - at)];
  }
  return out;
}

OutboxHome::OutboxHome(std::uint16_t port, bool implicit) {
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

Queued OutboxHome::queue(const std::string& subject, UnixTime not_before, std::vector<Address> to) {
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

RunSummary OutboxHome::run(const RunOptions& options, const std::string& password) {
  SmtpCredentials credentials;
  credentials.password = [password] { return Secret(password); };
  const auto sender = make_smtp_sender(config.mailboxes[0], credentials, deadlines, "");
  return run_outbox(*store, config, config.mailboxes[0], *sender, clock, options);
}

}  // namespace poller::outbound
