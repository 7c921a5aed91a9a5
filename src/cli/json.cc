#include "cli/json.h"

#include "base/clock.h"
#include "intake/decision.h"

namespace poller::cli {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json time_or_null(const std::optional<UnixTime>& time) { return time ? Json(rfc3339(*time)) : Json(nullptr); }

Json address_json(const Address& address) { return {{"name", address.name}, {"address", address.address}}; }

Json address_or_null(const std::optional<Address>& address) { return address ? address_json(*address) : Json(nullptr); }

Json addresses_json(const std::vector<Address>& list) {
  Json out = Json::array();
  for (const auto& address : list) out.push_back(address_json(address));
  return out;
}

Json attachment_json(const Attachment& a, const AttachmentId* id) {
  Json out;
  if (id != nullptr) out["id"] = *id;
  out["filename"] = or_null(a.filename);
  out["content_type"] = a.content_type;
  out["size"] = a.size;
  out["sha256"] = a.sha256;
  out["content_id"] = or_null(a.content_id);
  out["inline"] = a.is_inline;
  return out;
}

Json bounce_json(const std::optional<Bounce>& bounce) {
  if (!bounce) return nullptr;
  Json recipients = Json::array();
  for (const auto& r : bounce->recipients) {
    recipients.push_back({{"address", r.address},
                          {"status", or_null(r.status)},
                          {"reply_code", or_null(r.reply_code)},
                          {"class", r.bounce_class == BounceClass::hard ? "hard" : "soft"},
                          {"diagnostic", or_null(r.diagnostic)}});
  }
  return {{"recipients", recipients}, {"original_message_id", or_null(bounce->original_message_id)}};
}

Json attachments_json(const Mail& mail, const std::vector<StoredAttachment>* stored) {
  Json out = Json::array();
  if (stored != nullptr) {
    for (const auto& a : *stored) out.push_back(attachment_json(a.attachment, &a.id));
  } else {
    for (const auto& a : mail.attachments) out.push_back(attachment_json(a, nullptr));
  }
  return out;
}

}  // namespace

std::string to_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json mail_json(const Mail& mail, const Verdict& verdict, const std::vector<StoredAttachment>* stored) {
  Json j;
  j["sha256"] = mail.sha256;
  j["size"] = mail.size;
  j["message_id"] = or_null(mail.message_id);
  j["in_reply_to"] = mail.in_reply_to;
  j["references"] = mail.references;
  j["date"] = time_or_null(mail.date);
  j["subject"] = mail.subject;
  j["subject_base"] = mail.subject_base;
  j["from"] = address_or_null(mail.from);
  j["sender"] = address_or_null(mail.sender);
  j["reply_to"] = addresses_json(mail.reply_to);
  j["to"] = addresses_json(mail.to);
  j["cc"] = addresses_json(mail.cc);
  j["text"] = mail.text;
  j["html"] = or_null(mail.html);
  j["notice"] = or_null(mail.notice);
  j["new_text"] = mail.new_text;
  j["signature"] = or_null(mail.signature);
  j["attachments"] = attachments_json(mail, stored);
  j["kind"] = to_string(verdict.kind);
  j["may_answer"] = verdict.may_answer;
  j["reasons"] = verdict.reasons;
  j["bounce"] = bounce_json(verdict.bounce);
  j["feedback_type"] = or_null(verdict.feedback_type);
  j["defects"] = mail.defects;
  return j;
}

Json ticket_json(const Ticket& t) {
  return {{"id", t.id},
          {"number", t.number},
          {"subject", t.subject},
          {"queue", t.queue},
          {"status", t.status},
          {"requester", address_json(t.requester)},
          {"created_at", rfc3339(t.created_at)},
          {"updated_at", rfc3339(t.updated_at)},
          {"message_count", t.message_count}};
}

Json message_json(const Message& m) {
  Json j;
  j["id"] = m.id;
  j["direction"] = to_string(m.direction);
  j["received_at"] = rfc3339(m.received_at);
  j["mailbox"] = m.mailbox;
  j["state"] = m.state;
  const Json mail = mail_json(m.mail, m.verdict, &m.attachments);
  for (const auto& [key, value] : mail.items()) j[key] = value;
  return j;
}

Json deliveries_json(Store& store, MessageId id) {
  Json out = Json::array();
  for (const Delivery& delivery : store.deliveries(id)) {
    out.push_back({{"mailbox", delivery.source.mailbox},
                   {"received_at", rfc3339(delivery.received_at)},
                   {"sha256", delivery.sha256}});
  }
  return out;
}

Json ticket_with_messages_json(Store& store, const Ticket& ticket) {
  Json j = ticket_json(ticket);
  j["messages"] = Json::array();
  for (const auto& message : store.messages(ticket.id)) {
    Json line = message_json(message);
    line["flagged"] = says_flagged(store.decision_json(message.id));
    line["deliveries"] = deliveries_json(store, message.id);
    j["messages"].push_back(std::move(line));
  }
  return j;
}

Json quarantine_json(const QuarantineRow& row) {
  return {{"id", row.id},           {"mailbox", row.mailbox},
          {"reason", row.reason},   {"attempts", row.attempts},
          {"size", row.size},       {"sha256", row.sha256.empty() ? Json(nullptr) : Json(row.sha256)},
          {"subject", row.subject}, {"received_at", rfc3339(row.received_at)}};
}

void add_placement(Json& j, const MailEvent& event) {
  const Placement& p = event.placement;
  j["sha256"] = event.sha256;
  j["outcome"] = to_string(p.outcome);
  j["ticket"] = or_null(p.ticket);
  j["message"] = or_null(p.message);
  j["is_new_ticket"] = p.is_new_ticket;
  j["kind"] = to_string(p.kind);
  j["queue"] = p.queue;
  j["reasons"] = p.reasons;
}

Json summary_json(const PassSummary& s) {
  return {{"mails", s.mails},     {"stored", s.stored},           {"duplicate", s.duplicate},
          {"ignored", s.ignored}, {"quarantined", s.quarantined}, {"tickets_created", s.tickets_created},
          {"bytes", s.bytes},     {"seconds", s.seconds}};
}

}  // namespace poller::cli
