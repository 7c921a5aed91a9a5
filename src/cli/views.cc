#include "cli/views.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/counted.h"
#include "base/text.h"
#include "intake/decision.h"
#include "storage/outbox.h"

namespace poller::cli {
namespace {

// At most `columns` characters, and nothing that moves the cursor.
std::string cell(const std::string& s, std::size_t columns) {
  const std::string clean = text::escape_controls(s);
  std::size_t used = 0;
  std::size_t pos = 0;
  while (pos < clean.size() && used < columns) {
    (void)text::next_code_point(clean, pos);
    ++used;
  }
  std::string out = clean.substr(0, pos);
  if (pos < clean.size() && used == columns && columns > 1) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if (!out.empty()) out.pop_back();
    out += "…";
  }
  return out + std::string(columns - used, ' ');
}

std::string join_addresses(const std::vector<Address>& list) {
  std::string out;
  for (const auto& a : list) out += (out.empty() ? "" : ", ") + human_address(a);
  return out;
}

void add_row(std::string& out, const char* label, const std::string& value) {
  if (!value.empty()) out += fmt::format("  {:<12} {}\n", label, text::escape_controls(value));
}

std::string attachment_line(const Attachment& a, const AttachmentId* id) {
  return fmt::format("  {}{} ({}, {}{})\n", id != nullptr ? fmt::format("[{}] ", *id) : "",
                     text::escape_controls(a.filename.value_or("(no name)")), a.content_type, human_size(a.size),
                     a.is_inline ? ", inline" : "");
}

std::string bounce_lines(const Bounce& bounce) {
  std::string out;
  for (const auto& r : bounce.recipients) {
    out += fmt::format("  bounced      {} {} {} {}\n", text::escape_controls(r.address),
                       r.bounce_class == BounceClass::hard ? "hard" : "soft", r.status.value_or(""),
                       text::escape_controls(r.diagnostic.value_or("")));
  }
  return out;
}

void add_headers(std::string& out, const Mail& mail, const Verdict& verdict) {
  if (mail.from) add_row(out, "from", human_address(*mail.from));
  add_row(out, "to", join_addresses(mail.to));
  add_row(out, "cc", join_addresses(mail.cc));
  add_row(out, "subject", mail.subject);
  if (mail.date) add_row(out, "date", rfc3339(*mail.date));
  add_row(out, "message-id", mail.message_id.value_or(""));
  add_row(out, "kind", std::string(to_string(verdict.kind)) + (verdict.may_answer ? "" : ", must not be answered"));
  if (verdict.bounce) out += bounce_lines(*verdict.bounce);
}

// How sending it went: a mail that failed looks like any other else.
std::string delivery_of(Store& store, const Message& m) {
  const auto row = m.mail.message_id ? store.outbox().by_message_id(*m.mail.message_id) : std::nullopt;
  return row && !row->last_error.empty() ? m.state + ": " + row->last_error : m.state;
}

std::string message_text(Store& store, const Message& m) {
  std::string out = fmt::format("\n── {} · {} · message {}\n", rfc3339(m.received_at), to_string(m.direction), m.id);
  if (m.mail.from) add_row(out, "from", human_address(*m.mail.from));
  add_row(out, "to", join_addresses(m.mail.to));
  add_row(out, "cc", join_addresses(m.mail.cc));
  add_row(out, "subject", m.mail.subject);
  if (m.verdict.kind != MailKind::mail) add_row(out, "kind", to_string(m.verdict.kind));
  if (m.direction == Direction::out) add_row(out, "delivery", delivery_of(store, m));
  if (m.verdict.bounce) out += bounce_lines(*m.verdict.bounce);
  if (m.mail.notice) add_row(out, "notice", *m.mail.notice);
  if (says_flagged(store.decision_json(m.id))) add_row(out, "flagged", "its sender is unknown to this ticket");
  for (const Delivery& d : store.deliveries(m.id)) {
    add_row(out, "came again", fmt::format("through mailbox {} at {}", d.source.mailbox, rfc3339(d.received_at)));
  }
  out += "\n" + text::printable(m.mail.text);
  if (!out.ends_with('\n')) out += '\n';
  for (const auto& a : m.attachments) out += attachment_line(a.attachment, &a.id);
  return out;
}

}  // namespace

std::string human_size(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string human_address(const Address& a) {
  return a.name.empty() ? a.address : fmt::format("{} <{}>", a.name, a.address);
}

std::string describe_mail(const std::string& file, const Mail& mail, const Verdict& verdict) {
  std::string out = fmt::format("{} ({})\n", text::escape_controls(file), human_size(mail.size));
  add_headers(out, mail, verdict);
  for (const auto& reason : verdict.reasons) add_row(out, "reason", reason);
  if (mail.notice) add_row(out, "notice", *mail.notice);
  for (const auto& defect : mail.defects) add_row(out, "defect", defect);
  for (const auto& a : mail.attachments) out += attachment_line(a, nullptr);
  out += "\n" + text::printable(mail.text);
  return out.ends_with('\n') ? out + "\n" : out + "\n\n";
}

std::string describe_ticket(Store& store, const Ticket& t) {
  std::string out = fmt::format("{}  {}\n", t.number, text::escape_controls(t.subject));
  add_row(out, "queue", t.queue);
  add_row(out, "status", t.status);
  add_row(out, "priority", t.priority);
  add_row(out, "assignee", t.assignee);
  add_row(out, "requester", human_address(t.requester));
  add_row(out, "created", rfc3339(t.created_at));
  add_row(out, "updated", rfc3339(t.updated_at));
  if (t.merged_into) {
    const auto into = store.ticket(*t.merged_into);
    add_row(out, "merged into", into ? into->number : std::to_string(*t.merged_into));
  }
  for (const auto& message : store.messages(t.id)) out += message_text(store, message);
  return out;
}

std::string ticket_header_line() {
  return fmt::format("{} {} {} {} {} {}", cell("TICKET", 10), cell("STATUS", 8), cell("QUEUE", 12), cell("UPDATED", 20),
                     cell("REQUESTER", 28), "SUBJECT");
}

std::string ticket_line(const Ticket& t) {
  return fmt::format("{} {} {} {} {} {}", cell(t.number, 10), cell(t.status, 8), cell(t.queue, 12),
                     rfc3339(t.updated_at), cell(human_address(t.requester), 28),
                     text::escape_controls(text::utf8_prefix(t.subject, 120)) + fmt::format(" ({})", t.message_count));
}

std::string event_line(const MailEvent& e) {
  const std::string where = !e.file.empty()     ? e.file
                            : e.source.uid != 0 ? fmt::format("uid {}", e.source.uid)
                                                : e.source.uidl;
  std::string what = to_string(e.placement.outcome);
  if (e.placement.ticket) {
    what += fmt::format(", {} {}", e.placement.is_new_ticket ? "new ticket" : "ticket", *e.placement.ticket);
  }
  return fmt::format("{}: {}", text::escape_controls(where), what);
}

std::string summary_line(const std::string& mailbox, const PassSummary& s, bool dry_run) {
  if (s.mails == 0) return fmt::format("{}: nothing new", mailbox);
  return fmt::format("{}: {}{}: {} stored, {} duplicate, {} ignored, {} quarantined; {}; {} in {:.1f} s", mailbox,
                     dry_run ? "(dry run, nothing was changed) " : "", counted(s.mails, "mail"), s.stored, s.duplicate,
                     s.ignored, s.quarantined, counted(s.tickets_created, "new ticket"), human_size(s.bytes),
                     s.seconds);
}

std::string sending_line(const std::string& mailbox, const outbound::RunSummary& s) {
  std::string out;
  const auto add = [&out](std::uint64_t count, const char* what) {
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, what);
  };
  add(s.sent, "sent");
  add(s.retry, "to be tried again");
  add(s.failed, "failed");
  add(s.uncertain, "uncertain");
  return out.empty() ? out : fmt::format("{}: outbox: {}", mailbox, out);
}

}  // namespace poller::cli
