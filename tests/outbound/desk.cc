#include "desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "intake/commit.h"
#include "parsers/address_key.h"
#include "parsers/mime.h"

namespace poller::outbound {
namespace {

std::string fresh_id(const char* domain) {
  static std::atomic<int> count{0};
  return fmt::format("m{}@{}", ++count, domain);
}

}  // namespace

Desk::Desk() {
  store = open_sqlite_store((dir.path() / "poller.db").string());
  config.answers.per_sender = {10, config::Seconds{3 * 3600}};
  config::Mailbox mailbox;
  mailbox.name = "support";
  mailbox.address = "support@example.test";
  mailbox.queue = "support";
  mailbox.trust.authserv_id = "mx.example.test";
  config::Smtp smtp;
  smtp.from = "Example Support <support@example.test>";
  mailbox.smtp = smtp;
  config.mailboxes.push_back(mailbox);
  config.queues.emplace_back();
  queue().name = "support";
  queue().agents = {"ann@example.org", "ben@example.org"};
}

Placement Desk::take(const std::string& mail) {
  if (!answers) answers = std::make_unique<Answers>(config, clock);
  RawMail raw;
  raw.source = {"support", "INBOX", 7, next_uid_++, ""};
  raw.bytes = mail;
  raw.received_at = clock.unix_now();
  std::vector<Processed> group;
  group.push_back(process_mail(std::move(raw), {0, clock.unix_now(), std::nullopt}));
  CommitOptions options;
  options.settle_needed = false;
  options.after = answers.get();
  Committer committer(*store, config, config.mailboxes.front(), clock, options);
  const auto events = committer.commit(std::move(group));
  return events.at(0).placement;
}

Placement Desk::open_ticket(const std::string& more_fields) {
  return take(letter("Jane <jane@example.com>", more_fields, "The printer burns.\r\n"));
}

std::vector<OutboxRow> Desk::queued(OutboxKind kind) {
  auto rows = store->outbox().rows(0);
  std::erase_if(rows, [&](const OutboxRow& row) { return row.kind != kind; });
  return rows;
}

OutboxRow Desk::last_to(const std::string& address, OutboxKind kind) {
  OutboxRow last;
  for (auto& row : queued(kind)) {
    if (same_address(row.to.at(0), address)) last = std::move(row);
  }
  return last;
}

Mail Desk::mail(const OutboxRow& row) { return parse_mail(bytes(row)); }

std::vector<Message> Desk::notes(TicketId ticket) {
  auto messages = store->messages(ticket);
  std::erase_if(messages, [&](const Message& m) {
    return m.direction != Direction::note || !store->message_raw_sha256(m.id).empty();
  });
  return messages;
}

std::string letter(const std::string& from, const std::string& fields, const std::string& text) {
  return fmt::format(
      "{}From: {}\r\nTo: support@example.test\r\nSubject: Printer\r\nMessage-ID: <{}>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n\r\n{}",
      fields, from, fresh_id("example.com"), text);
}

std::string answer_to(const OutboxRow& row, const std::string& from, const std::string& text,
                      const std::string& fields) {
  return letter(from, fmt::format("{}In-Reply-To: <{}>\r\n", fields, row.message_id), text);
}

std::string answer_with_body(const OutboxRow& row, const std::string& from, const std::string& body) {
  return fmt::format(
      "From: {}\r\nTo: support@example.test\r\nSubject: Re: Printer\r\nMessage-ID: <{}>\r\nIn-Reply-To: <{}>\r\n"
      "MIME-Version: 1.0\r\n{}",
      from, fresh_id("example.org"), row.message_id, body);
}

std::string report_on(const OutboxRow& row, const std::string& address, const Dsn& dsn) {
  return fmt::format(
      "{}Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: support@example.test\r\nSubject: Your mail\r\n"
      "Message-ID: <{}>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
      "Content-Type: text/plain\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: {}\r\nStatus: {}\r\n\r\n"
      "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{}>\r\nSubject: x\r\n\r\n--b--\r\n",
      dsn.fields, fresh_id("mx.example.net"), address, dsn.action, dsn.status, row.message_id);
}

bool says(const Placement& placement, const std::string& text) {
  return std::any_of(placement.reasons.begin(), placement.reasons.end(),
                     [&](const std::string& reason) { return reason.find(text) != std::string::npos; });
}

}  // namespace poller::outbound
