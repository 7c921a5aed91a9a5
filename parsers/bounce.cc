#include "parsers/bounce.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/auto_subjects.h"
#include "parsers/bounce_addresses.h"
#include "parsers/bounce_codes.h"
#include "parsers/bounce_json.h"
#include "parsers/bounce_phrases.h"
#include "parsers/bounce_signs.h"
#include "parsers/bounce_text.h"
#include "parsers/delivery_status.h"
#include "parsers/fold.h"
#include "parsers/report_parts.h"

namespace poller {
namespace {

constexpr std::size_t kMaxStatusPart = 256 * 1024;
constexpr std::size_t kMaxReturnedHeader = 128 * 1024;
constexpr std::size_t kMaxShownDiagnostic = 500;
constexpr std::size_t kMaxReadDiagnostic = 4 * kMaxShownDiagnostic;
constexpr std::size_t kMaxSharedText = 4000;

using Action = DeliveryStatus::Action;

bool is_status_part(const Part& part) {
  return part.content_type == "message/delivery-status" || part.content_type == "message/global-delivery-status";
}

bool is_returned_part(const Part& part) {
  static constexpr std::string_view types[] = {"message/rfc822", "text/rfc822-headers",    "message/rfc822-headers",
                                               "message/global", "message/global-headers", "text/rfc822"};
  return std::find(std::begin(types), std::end(types), part.content_type) != std::end(types);
}

// The header of the mail that came back, wherever it is.
struct ReturnedMail {
  std::string header;
  std::optional<std::string> message_id;
};

ReturnedMail find_returned_mail(const Mail& mail, std::string_view raw, const ErrorText& text) {
  ReturnedMail out;
  for (const Part& part : mail.parts) {
    if (!part.leaf || !is_returned_part(part)) continue;
    out.header = part_head(raw, part, kMaxReturnedHeader);
    break;
  }
  if (out.header.empty()) out.header = std::string(text.returned);
  std::optional<std::string> field = field_in_block(out.header, "Message-ID");
  if (!field) field = field_in_block(text.errors, "Message-ID");
  if (!field) field = field_in_block(text.errors, "Original message ID");
  if (field) out.message_id = message_id_in(*field);
  return out;
}

std::string one_line(std::string_view s) {
  std::string out;
  for (const char c : s) {
    const bool blank = text::is_space(c);
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
    if (out.size() > kMaxReadDiagnostic) break;
  }
  return std::string(text::trim(text::utf8_prefix(out, kMaxReadDiagnostic)));
}

// A long preamble is cut off: what the server answered is what counts.
std::string shown_diagnostic(std::string_view diagnostic) {
  constexpr std::size_t kLongPreamble = 120;
  const std::string line = one_line(diagnostic);
  std::string_view shown = line;
  std::size_t at = 0;
  if (find_reply_code(shown, &at) && at > kLongPreamble) shown.remove_prefix(at);
  return std::string(text::trim(text::utf8_prefix(shown, kMaxShownDiagnostic)));
}

// The line of a longer text that tells the error: with a code, else with words that are known.
std::string telling_line(std::string_view text) {
  std::string_view worded;
  for (std::size_t pos = 0; pos < text.size();) {
    const std::string_view line = take_line(text, pos);
    if (find_reply_code(line) || find_status_code(line)) return std::string(line);
    if (worded.empty() && status_by_wording(line, false)) worded = line;
  }
  return std::string(worded);
}

BounceClass class_of(const std::optional<std::string>& status, std::optional<int> reply, bool temporary) {
  if (status) return (*status)[0] == '4' ? BounceClass::soft : BounceClass::hard;
  if (reply) return *reply < 500 ? BounceClass::soft : BounceClass::hard;
  return temporary ? BounceClass::soft : BounceClass::hard;
}

// One recipient out of what is said about it: `own_text` about it alone, `shared_text` about the whole delivery, one
// line.
BouncedRecipient make_recipient(std::string address, std::optional<std::string> status, std::string_view own_text,
                                std::string_view shared_text, bool temporary) {
  BouncedRecipient out;
  out.address = std::move(address);
  out.reply_code = find_reply_code(own_text);
  out.status = std::move(status);
  if (!out.status || is_vague_status(*out.status)) {
    const auto better = find_status_code(own_text);
    if (better && (*better)[0] != '2' && (!out.status || !is_vague_status(*better))) out.status = better;
  }
  const bool told = out.status || out.reply_code || status_by_wording(own_text, temporary);
  if (!told) {
    out.reply_code = find_reply_code(shared_text);
    out.status = find_status_code(shared_text);
    if (out.status && (*out.status)[0] == '2') out.status.reset();
  }
  if (!out.status) {
    const bool soft = temporary || (out.reply_code && *out.reply_code < 500);
    out.status = status_by_wording(own_text, soft);
    if (!out.status && !told) out.status = status_by_wording(shared_text, soft);
    // A reply code says for certain whether it is for good.
    if (out.status && out.reply_code) (*out.status)[0] = *out.reply_code < 500 ? '4' : '5';
  }
  out.bounce_class = class_of(out.status, out.reply_code, temporary);
  std::string diagnostic = told ? std::string() : shown_diagnostic(shared_text);
  if (diagnostic.empty()) diagnostic = shown_diagnostic(own_text);
  if (!diagnostic.empty()) out.diagnostic = std::move(diagnostic);
  return out;
}

class BounceReader {
 public:
  BounceReader(const Mail& mail, std::string_view raw) : mail_(mail), raw_(raw), signs_(find_bounce_signs(mail)) {}

  std::optional<BounceReport> run() {
    read_status_parts();
    if (!has_status_part_ && !signs_.any()) return std::nullopt;  // ordinary mail, whose text need not be searched
    read_text();
    // A part of the right type is enough, unless somebody forwards it.
    const bool direct = has_status_part_ && mail_.subject == mail_.subject_base;
    if (!status_.recipients.empty() && (direct || signs_.header || is_report() || is_likely())) return from_status();
    if (!is_likely()) return std::nullopt;
    return from_text();
  }

 private:
  [[nodiscard]] bool is_report() const {
    return std::any_of(mail_.parts.begin(), mail_.parts.end(), [](const Part& part) {
      return part.content_type == "multipart/report" &&
             (part.report_type.empty() || part.report_type == "delivery-status");
    });
  }

  // Whether a mail without RFC 3464 is a bounce all the same: two independent signs, one of them of its origin.
  [[nodiscard]] bool is_likely() const {
    const bool told = signs_.subject || signs_.text;
    if (signs_.header && (told || signs_.sender || signs_.null_path)) return true;
    if (signs_.address && signs_.subject) return true;
    if ((signs_.sender || signs_.null_path) && signs_.subject && (signs_.text || has_error())) return true;
    if (signs_.sender && signs_.text && has_error()) return true;
    if (signs_.sender && signs_.null_path && (signs_.subject || (signs_.text && !text_.recipients.empty())))
      return true;
    // Without sender and subject of a mail system: only what no answering machine says of itself.
    if (signs_.null_path && signs_.text && has_error() && read_auto_subject(mail_.subject) == AutoSubject::no)
      return true;
    if (tells_failure()) return true;
    return signs_.subject && signs_.text && has_error() && !text_.recipients.empty() && !quotes_bounce();
  }

  // In any language: a mail system says which address a server refused, in the words of SMTP.
  [[nodiscard]] bool tells_failure() const {
    if (signs_.sender && signs_.null_path && is_refusal(shared_)) return true;
    const bool answered = mail_.subject != mail_.subject_base;  // a postmaster is a person too
    const bool returned = signs_.null_path && (!text_.returned.empty() || has_returned_part());
    if (!(signs_.address && !answered) && !returned) return false;
    return std::any_of(text_.recipients.begin(), text_.recipients.end(), [](const ErrorText::Recipient& r) {
      return find_reply_code(r.diagnostic) && find_status_code(r.diagnostic);
    });
  }

  [[nodiscard]] bool has_returned_part() const {
    return std::any_of(mail_.parts.begin(), mail_.parts.end(), is_returned_part);
  }

  // A reply code, and what it means: by an enhanced status code, or in words that servers use.
  static bool is_refusal(std::string_view diagnostic) {
    return find_reply_code(diagnostic) && (find_status_code(diagnostic) || status_by_wording(diagnostic, false));
  }

  // A person who shows a bounce with its header: no bounce quotes its own.
  [[nodiscard]] bool quotes_bounce() const {
    for (std::size_t pos = 0; pos < text_.errors.size();) {
      std::string_view line = take_line(text_.errors, pos);
      line.remove_prefix(std::min(line.find_first_not_of("> *\t"), line.size()));
      if (!text::istarts_with(line, "from:")) continue;
      const std::string from = fold_case(text::utf8_prefix(line, 200));
      const auto in_line = [&](std::string_view name) { return from.find(name) != std::string::npos; };
      if (std::any_of(mail_system_names().begin(), mail_system_names().end(), in_line)) return true;
    }
    return false;
  }

  [[nodiscard]] bool has_error() const {
    return std::any_of(text_.recipients.begin(), text_.recipients.end(), [](const ErrorText::Recipient& r) {
      return find_reply_code(r.diagnostic) || find_status_code(r.diagnostic) || status_by_wording(r.diagnostic, false);
    });
  }

  void read_text() {
    for (const Address& to : mail_.to) own_.push_back(to.address);
    text_ = read_error_text(mail_.text, own_);
    // The subject last: "Returned mail: User unknown" is better than nothing.
    shared_ = telling_line(std::string(text::utf8_prefix(text_.errors, kMaxSharedText)) + "\n" + mail_.subject);
  }

  void read_status_parts() {
    const bool suspicious = signs_.header || signs_.sender || signs_.null_path || signs_.subject;
    for (const Part& part : mail_.parts) {
      if (!part.leaf || status_.recipients.size() > 1000) continue;
      const bool disguised = part.content_type == "application/octet-stream" || part.content_type == "text/plain";
      if (!is_status_part(part) && !(disguised && suspicious)) continue;
      const std::string content = part_head(raw_, part, kMaxStatusPart);
      has_status_part_ = has_status_part_ || is_status_part(part);
      if (is_status_part(part) || looks_like_delivery_status(content)) add_status(content);
    }
  }

  void add_status(std::string_view content) {
    DeliveryReport report = read_delivery_status(content);
    std::move(report.recipients.begin(), report.recipients.end(), std::back_inserter(status_.recipients));
    if (!status_.original_message_id) status_.original_message_id = std::move(report.original_message_id);
  }

  // The address that a status block is about; broken ones name it elsewhere.
  [[nodiscard]] std::string address_of(const DeliveryStatus& status) const {
    for (const std::string* candidate :
         {&status.final_recipient, &status.original_recipient, &status.actual_recipient}) {
      const auto at = candidate->find('@');
      if (at != std::string::npos && at > 0 && candidate->find(' ') == std::string::npos) return *candidate;
    }
    for (const TextAddress& address : find_addresses(status.diagnostic)) {
      if (address.bracketed) return std::string(address.address);
    }
    if (status_.recipients.size() == 1 && text_.recipients.size() == 1) return text_.recipients[0].address;
    return status.final_recipient.empty() ? status.original_recipient : status.final_recipient;
  }

  // What the text for people says about an address, or about the only one there is.
  [[nodiscard]] std::string_view told_about(const std::string& address) const {
    for (const ErrorText::Recipient& recipient : text_.recipients) {
      if (text::iequals(recipient.address, address)) return recipient.diagnostic;
    }
    if (status_.recipients.size() == 1 && text_.recipients.size() == 1) return text_.recipients[0].diagnostic;
    return {};
  }

  static Action action_of(const DeliveryStatus& status) {
    if (status.action != Action::none) return status.action;
    if (status.status && (*status.status)[0] == '2') return Action::delivered;
    return Action::failed;
  }

  std::optional<BounceReport> from_status() {
    BounceReport report;
    Bounce bounce;
    bool failed = false;
    for (const DeliveryStatus& status : status_.recipients) {
      const Action action = action_of(status);
      if (action != Action::failed && action != Action::delayed) continue;
      failed = failed || action == Action::failed;
      bounce.recipients.push_back(from_status_block(status, action == Action::delayed));
    }
    report.reasons.push_back("part:delivery-status");
    if (bounce.recipients.empty()) {
      report.kind = MailKind::delivery_report;
      report.reasons.push_back("action:delivered");
      report.reported_message_id = original_id(find_returned_mail(mail_, raw_, text_));
      return report;
    }
    report.kind = failed ? MailKind::bounce : MailKind::delivery_report;
    report.reasons.push_back(failed ? "action:failed" : "action:delayed");
    finish(std::move(bounce), report);
    return report;
  }

  [[nodiscard]] BouncedRecipient from_status_block(const DeliveryStatus& status, bool delayed) const {
    const std::string address = address_of(status);
    std::string_view told = status.diagnostic;
    const bool poor = !find_reply_code(told) && !find_status_code(told) && !status_by_wording(told, delayed);
    const std::string_view other = told_about(address);
    if (poor && !other.empty()) told = other;
    return make_recipient(address, status.status, told,
                          poor && !status.status ? std::string_view(shared_) : std::string_view{}, delayed);
  }

  std::optional<BounceReport> from_text() {
    BounceReport report;
    report.reasons.push_back(signs_.strongest.empty() ? "text:delivery failed" : signs_.strongest);
    if (signs_.delivered && !has_error()) {
      report.kind = MailKind::delivery_report;
      report.reasons.push_back("text:delivered");
      report.reported_message_id = original_id(find_returned_mail(mail_, raw_, text_));
      return report;
    }
    const bool delayed = signs_.delayed && !says_permanent();
    Bounce bounce;
    for (const ErrorText::Recipient& recipient : text_.recipients) {
      bounce.recipients.push_back(
          make_recipient(recipient.address, std::nullopt, recipient.diagnostic, shared_, delayed));
    }
    if (delayed) {
      report.kind = MailKind::delivery_report;
      report.reasons.push_back("text:delayed");
      for (BouncedRecipient& recipient : bounce.recipients) recipient.bounce_class = BounceClass::soft;
    }
    finish(std::move(bounce), report);
    return report;
  }

  [[nodiscard]] bool says_permanent() const {
    return text::icontains(text_.errors, "permanent") || text::icontains(text_.errors, "giving up") ||
           text::icontains(text_.errors, "timeout exceeded") || text::icontains(text_.errors, "too long");
  }

  // Recipients from elsewhere when the report names none, and the mail it is about.
  void finish(Bounce bounce, BounceReport& report) {
    const ReturnedMail returned = find_returned_mail(mail_, raw_, text_);
    if (bounce.recipients.empty()) {
      for (const std::string& address : other_recipients(returned.header)) {
        bounce.recipients.push_back(
            make_recipient(address, std::nullopt, {}, shared_, report.kind != MailKind::bounce));
      }
    }
    bounce.original_message_id = original_id(returned);
    report.bounce = std::move(bounce);
  }

  [[nodiscard]] std::optional<std::string> original_id(const ReturnedMail& returned) const {
    if (returned.message_id) return returned.message_id;
    if (status_.original_message_id || mail_.in_reply_to.empty()) return status_.original_message_id;
    return mail_.in_reply_to.front();
  }

  [[nodiscard]] std::vector<std::string> other_recipients(std::string_view returned_header) const {
    std::vector<std::string> out;
    const auto take = [&](std::string_view value) {
      for (const TextAddress& address : find_addresses(value)) out.emplace_back(address.address);
    };
    if (const Field* failed = find_field(mail_.fields, "X-Failed-Recipients")) take(text::to_valid_utf8(failed->value));
    if (out.empty()) {
      if (const auto to = field_in_block(returned_header, "To")) take(*to);
    }
    if (out.empty()) {
      if (const auto to = field_in_block(text_.errors, "To")) take(*to);
    }
    if (out.empty()) out = only_foreign_address();
    return out;
  }

  // The last resort, in languages whose wording is not known: the one address that the report names besides ours.
  [[nodiscard]] std::vector<std::string> only_foreign_address() const {
    std::vector<std::string> out;
    for (const TextAddress& found : find_addresses(text::utf8_prefix(text_.errors, kMaxSharedText))) {
      const auto same = [&](const std::string& other) { return text::iequals(other, found.address); };
      const bool sender = mail_.from && same(mail_.from->address);
      if (sender || is_system_address(found.address) || std::any_of(own_.begin(), own_.end(), same)) continue;
      if (std::none_of(out.begin(), out.end(), same)) out.emplace_back(found.address);
    }
    if (out.size() > 1) out.clear();
    return out;
  }

  const Mail& mail_;
  std::string_view raw_;
  BounceSigns signs_;
  std::vector<std::string> own_;
  ErrorText text_;
  std::string shared_;  // the line that tells the error of the delivery as a whole
  DeliveryReport status_;
  bool has_status_part_ = false;
};

}  // namespace

std::optional<BounceReport> read_bounce(const Mail& mail, std::string_view raw) {
  if (auto notification = read_bounce_json(mail.text)) return notification;
  return BounceReader(mail, raw).run();
}

}  // namespace poller
