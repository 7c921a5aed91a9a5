#include "intake/reparse.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "intake/decision.h"
#include "intake/processed.h"
#include "intake/remember.h"
#include "intake/sender_trust.h"
#include "intake/trial.h"

namespace poller {
namespace {

constexpr std::size_t kPortion = 50;               // mails read, tried and written together
constexpr std::size_t kPortionBytes = 32'000'000;  // fewer of them where they are large
// What the store can keep of a Date: years 0 to 9999.
constexpr UnixTime kFirstStored = -62167219200;
constexpr UnixTime kLastStored = 253402300799;
constexpr std::size_t kShownBytes = 400;  // of a value in a difference

std::string address_text(const Address& a) { return a.name.empty() ? a.address : a.name + " <" + a.address + ">"; }

std::string address_text(const std::optional<Address>& a) { return a ? address_text(*a) : std::string(); }

std::string list_text(const std::vector<Address>& list) {
  std::string out;
  for (const Address& a : list) out += (out.empty() ? "" : ", ") + address_text(a);
  return out;
}

std::string list_text(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, ", ")); }

std::string attachment_text(const Attachment& a) {
  return fmt::format("{} ({}, {} bytes, {}{})", a.filename.value_or("(no name)"), a.content_type, a.size,
                     a.sha256.substr(0, 12), a.is_inline ? ", inline" : "");
}

std::string bounce_text(const std::optional<Bounce>& bounce) {
  if (!bounce) return {};
  std::string out = bounce->original_message_id.value_or("");
  for (const auto& r : bounce->recipients) {
    out += fmt::format(" {} {} {}", r.address, r.bounce_class == BounceClass::hard ? "hard" : "soft",
                       r.status.value_or(""));
  }
  return out;
}

// One reading of a mail, a field a line, in the order of `inspect`.
std::vector<std::pair<const char*, std::string>> fields_of(const Mail& mail, const Verdict& verdict,
                                                           const std::vector<Attachment>& attachments) {
  std::vector<std::string> files;
  files.reserve(attachments.size());
  for (const Attachment& a : attachments) files.push_back(attachment_text(a));
  return {{"message_id", mail.message_id.value_or("")},
          {"in_reply_to", list_text(mail.in_reply_to)},
          {"references", list_text(mail.references)},
          {"date", mail.date ? rfc3339(std::clamp(*mail.date, kFirstStored, kLastStored)) : std::string()},
          {"subject", mail.subject},
          {"subject_base", mail.subject_base},
          {"from", address_text(mail.from)},
          {"sender", address_text(mail.sender)},
          {"reply_to", list_text(mail.reply_to)},
          {"to", list_text(mail.to)},
          {"cc", list_text(mail.cc)},
          {"text", mail.text},
          {"html", mail.html.value_or("")},
          {"notice", mail.notice.value_or("")},
          {"new_text", mail.new_text},
          {"signature", mail.signature.value_or("")},
          {"attachments", list_text(files)},
          {"kind", to_string(verdict.kind)},
          {"may_answer", verdict.may_answer ? "true" : "false"},
          {"reasons", list_text(verdict.reasons)},
          {"bounce", bounce_text(verdict.bounce)},
          {"feedback_type", verdict.feedback_type.value_or("")},
          {"defects", list_text(mail.defects)}};
}

// Both from where they part, so that a change deep in a long text is seen.
FieldDifference difference(const char* field, const std::string& before, const std::string& after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t same = 0;
  while (same < shorter && before[same] == after[same]) ++same;
  std::size_t start = same > kShownBytes / 4 ? same - kShownBytes / 4 : 0;
  while (start > 0 && (static_cast<unsigned char>(before[start]) & 0xc0) == 0x80) --start;
  const auto shown = [start](const std::string& s) {
    const std::string cut(text::utf8_prefix(std::string_view(s).substr(start), kShownBytes));
    return (start > 0 ? "…" : "") + cut + (start + cut.size() < s.size() ? "…" : "");
  };
  return {field, shown(before), shown(after)};
}

void compare_word(const char* what, const std::optional<std::string>& asked, const std::string& has,
                  std::vector<std::string>& out) {
  if (asked && *asked != has) out.push_back(fmt::format("{}={}", what, *asked));
}

std::vector<std::string> rule_differences(const RuleOutcome& ruled, const Ticket* ticket, bool opened_it) {
  std::vector<std::string> out;
  if (ticket == nullptr) {
    if (!ruled.drop) out.emplace_back("not dropped");
    return out;
  }
  if (ruled.drop) out.emplace_back("drop");
  if (ruled.quarantine) out.emplace_back("quarantine");
  if (opened_it) {
    compare_word("queue", ruled.queue, ticket->queue, out);
    compare_word("requester", ruled.requester, ticket->requester.address, out);
  }
  compare_word("status", ruled.status, ticket->status, out);
  compare_word("priority", ruled.priority, ticket->priority, out);
  compare_word("assignee", ruled.assignee, ticket->assignee, out);
  for (const std::string& tag : ruled.tags) {
    if (std::find(ticket->tags.begin(), ticket->tags.end(), tag) == ticket->tags.end()) out.push_back("tag=" + tag);
  }
  return out;
}

class Reparser {
 public:
  Reparser(Store& store, const config::Config& config, const Clock& clock, const ReparseOptions& options)
      : store_(store), config_(config), clock_(clock), options_(options), rules_(config) {}

  ReparseSummary run() {
    MessageId after = 0;
    for (;;) {
      const auto ids = store_.mail_ids(options_.since, after, kPortion);
      if (ids.empty()) break;
      after = portion(ids);
    }
    summary_.tickets = tickets_.size();
    return summary_;
  }

 private:
  // Returns the last one that it came to.
  MessageId portion(const std::vector<MessageId>& ids) {
    std::vector<Message> stored;
    std::vector<RawMail> raws;
    MessageId last = 0;
    std::size_t size = 0;
    for (const MessageId id : ids) {
      if (size > kPortionBytes) break;
      last = id;
      auto message = store_.message(id);
      if (!message) continue;
      ++summary_.mails;
      auto bytes = store_.raw(store_.message_raw_sha256(id));
      if (!bytes) {
        ++summary_.without_bytes;
        continue;
      }
      size += bytes->size();
      RawMail raw;
      raw.received_at = message->received_at;
      raw.bytes = std::move(*bytes);
      raws.push_back(std::move(raw));
      stored.push_back(std::move(*message));
    }
    const ProcessOptions reading{0, clock_.unix_now(), std::nullopt};
    const std::vector<bool> survives = survives_processing(raws, reading);
    std::vector<std::pair<Message, Processed>> read;  // before the transaction, which others wait for
    for (std::size_t i = 0; i < stored.size(); ++i) {
      if (survives[i]) {
        read.emplace_back(std::move(stored[i]), process_mail(std::move(raws[i]), reading));
      } else {
        log::warning("reading a stored mail ends the process: left as it is", {{"message", stored[i].id}});
      }
    }
    auto tx = options_.dry_run ? nullptr : store_.begin();
    for (const auto& [before, after] : read) one(before, after, tx.get());
    if (tx) tx->commit();
    return last;
  }

  void one(const Message& before, const Processed& after, Transaction* tx) {
    MailDifference found{before.id, before.ticket, {}, {}};
    const std::string trust = trust_of(before, after.mail);
    const RuleOutcome ruled = rules_.apply(after.mail, after.verdict, {before.mailbox, trust});
    Verdict verdict = after.verdict;
    if (ruled.no_answer) {
      verdict.may_answer = false;
      verdict.reasons.emplace_back("rule:no_answer");
    }
    compare_fields(before, after.mail, verdict, found);
    // Or the same mail, met again, would be a new one.
    if (!store_.find_identity(after.identity)) found.fields.push_back({"identity", {}, after.identity});
    compare_rules(before, ruled, found);
    if (found.fields.empty() && found.rules.empty()) return;
    if (!found.fields.empty()) ++summary_.changed;
    if (!found.rules.empty()) ++summary_.by_rules;
    if (before.ticket != 0) tickets_.insert(before.ticket);
    if (options_.on_difference) options_.on_difference(found);
    if (tx == nullptr || found.fields.empty()) return;
    RevisedMessage revised{&after.mail, &verdict, after.identity, {}};
    for (const auto& field : found.fields) revised.fields.push_back(field.field);
    tx->revise_message(before.id, revised, options_.who, clock_.unix_now());
    remember_anew(*tx, before, after.mail, trust);
  }

  // What places later mails: of a mail whose sender was trusted then, and is now. What was remembered stays.
  void remember_anew(Transaction& tx, const Message& before, const Mail& mail, const std::string& trust) {
    const std::string decision = store_.decision_json(before.id);
    if (before.ticket == 0 || says_flagged(decision) || says_failed(decision)) return;
    if (trust == to_string(SenderTrust::fail)) return;
    remember_mail(tx, {}, mail, before.ticket, before.id, clock_.unix_now());
  }

  [[nodiscard]] std::string trust_of(const Message& before, const Mail& mail) const {
    const config::Mailbox* mailbox = config::find_mailbox(config_, before.mailbox);
    return mailbox == nullptr ? "none" : to_string(judge_sender(mail, *mailbox).trust);
  }

  static void compare_fields(const Message& before, const Mail& mail, const Verdict& verdict, MailDifference& found) {
    std::vector<Attachment> attachments;
    for (const auto& a : before.attachments) attachments.push_back(a.attachment);
    const auto old_fields = fields_of(before.mail, before.verdict, attachments);
    const auto new_fields = fields_of(mail, verdict, mail.attachments);
    for (std::size_t i = 0; i < old_fields.size(); ++i) {
      const auto& [name, value] = old_fields[i];
      if (value != new_fields[i].second) found.fields.push_back(difference(name, value, new_fields[i].second));
    }
  }

  void compare_rules(const Message& before, const RuleOutcome& ruled, MailDifference& found) {
    const auto ticket = before.ticket == 0 ? std::nullopt : store_.ticket(before.ticket);
    const std::string decision = store_.decision_json(before.id);
    if (!ticket && !says_rule(decision)) return;  // our own mail come back, say
    found.rules = rule_differences(ruled, ticket ? &*ticket : nullptr, says_new_ticket(decision));
  }

  Store& store_;
  const config::Config& config_;
  const Clock& clock_;
  const ReparseOptions& options_;
  const Rules rules_;
  ReparseSummary summary_;
  std::set<TicketId> tickets_;
};

}  // namespace

ReparseSummary reparse(Store& store, const config::Config& config, const Clock& clock, const ReparseOptions& options) {
  return Reparser(store, config, clock, options).run();
}

}  // namespace poller
