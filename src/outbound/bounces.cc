#include "outbound/bounces.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "outbound/agents.h"
#include "outbound/draft.h"
#include "parsers/address_key.h"
#include "parsers/encode_header.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller::outbound {
namespace {

constexpr UnixTime kMuteTime = UnixTime{60} * 86400;

// The row that the bounce is about. Only an id with our own key counts: anybody can write a bounce.
std::optional<OutboxRow> bounced_row(Store& store, const StoredMail& stored) {
  std::vector<std::string> ids = stored.mail.mail.references;
  ids.insert(ids.end(), stored.mail.mail.in_reply_to.begin(), stored.mail.mail.in_reply_to.end());
  if (const auto& id = stored.mail.verdict.bounce->original_message_id) ids.insert(ids.begin(), *id);
  const auto ring = load_key_ring(store);
  if (!ring) return std::nullopt;
  for (const auto& id : ids) {
    const auto token = read_message_id(*ring, id);
    if (!token) continue;
    auto row = store.outbox().row(token->serial);
    if (row && row->message_id == id) return row;
  }
  return std::nullopt;
}

bool was_sent_to(const OutboxRow& row, const std::string& address) {
  return std::any_of(row.to.begin(), row.to.end(), [&](const std::string& to) { return same_address(to, address); });
}

void add_note(Transaction& tx, const OutboxRow& row, const std::string& text, const config::Mailbox& mailbox,
              UnixTime now) {
  Mail note;
  note.subject = "Delivery failed";
  note.text = text;
  note.new_text = text;
  Verdict verdict;
  verdict.may_answer = false;
  NewMessage message;
  message.ticket = *row.ticket;
  message.direction = Direction::note;
  message.mail = &note;
  message.verdict = &verdict;
  message.received_at = now;
  message.mailbox = mailbox.name;
  tx.add_message(message, "poller");
}

}  // namespace

std::string note_bounce(Store& store, Transaction& tx, const config::Config& config, const StoredMail& stored,
                        UnixTime now) {
  const auto row = bounced_row(store, stored);
  if (!row) return {};
  std::string lines;
  bool hard = false, soft = false;
  for (const auto& recipient : stored.mail.verdict.bounce->recipients) {
    if (!was_sent_to(*row, recipient.address)) continue;
    const bool is_hard = recipient.bounce_class == BounceClass::hard;
    const std::string why = one_line(recipient.diagnostic.value_or(recipient.status.value_or("no reason given")));
    lines += fmt::format("\n  {}: {} ({})", recipient.address, is_hard ? "refused for good" : "not delivered yet", why);
    (is_hard ? hard : soft) = true;
    if (is_hard) tx.outbox().mute(address_key(recipient.address), now + kMuteTime, "mail to it was refused: " + why);
  }
  if (!hard && !soft) return "bounce:ignored: it names no address that the mail was sent to";
  tx.outbox().set_delivery(row->id, hard ? "bounced" : "delayed");
  const std::string what = fmt::format("Our mail \"{}\" was not delivered:{}", one_line(row->subject), lines);
  if (row->ticket) {
    add_note(tx, *row, what, stored.mailbox, now);
    if (const auto ticket = store.ticket(*row->ticket)) {
      tell_agents(store, tx, config, stored.mailbox, *ticket,
                  {fmt::format("[{}] Delivery failed", ticket->number), what, row->message}, now);
    }
  }
  return fmt::format("bounce:ours: of outbox {}, {}", row->id, hard ? "hard" : "soft");
}

}  // namespace poller::outbound
