#include "parsers/bounce_json.h"

#include "base/text.h"
#include "parsers/bounce_codes.h"
#include "parsers/report_parts.h"

namespace poller {
namespace {

constexpr std::size_t kMaxNotification = 256 * 1024;
constexpr std::size_t kMaxNotified = 1000;

// The object with its own quotes bare, also where it is a string within another object. Lines folded with "!" are
// joined.
std::string plain_notification(std::string_view text) {
  text = text::trim(text::utf8_prefix(text, kMaxNotification));
  if (!text.starts_with('{') || text.find("notificationType") == std::string_view::npos) return {};
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) continue;
    const bool folded = text[i] == '!' && i + 1 < text.size() && (text[i + 1] == '\n' || text[i + 1] == '\r');
    if (folded || text[i] == '\n' || text[i] == '\r') continue;
    out += text[i];
  }
  return out;
}

// The string value of a key at or after `from`, before `to`.
std::string string_value(std::string_view json, std::string_view key, std::size_t from, std::size_t to) {
  const std::string quoted = "\"" + std::string(key) + "\"";
  std::size_t at = json.find(quoted, from);
  if (at == std::string_view::npos || at >= to) return {};
  at = json.find_first_not_of(" :", at + quoted.size());
  if (at == std::string_view::npos || json[at] != '"') return {};
  const std::size_t end = json.find('"', at + 1);
  return end == std::string_view::npos ? std::string() : std::string(json.substr(at + 1, end - at - 1));
}

std::string string_value(std::string_view json, std::string_view key) {
  return string_value(json, key, 0, json.size());
}

std::vector<BouncedRecipient> notified_recipients(std::string_view json, bool temporary) {
  std::vector<BouncedRecipient> out;
  for (std::size_t at = json.find("\"emailAddress\""); at != std::string_view::npos && out.size() < kMaxNotified;
       at = json.find("\"emailAddress\"", at + 1)) {
    const std::size_t open = json.rfind('{', at);
    const std::size_t begin = open == std::string_view::npos ? at : open;
    const std::size_t end = std::min(json.find('}', at), json.size());
    BouncedRecipient recipient;
    recipient.address = string_value(json, "emailAddress", at, end);
    recipient.status = find_status_code(string_value(json, "status", begin, end));
    std::string diagnostic = string_value(json, "diagnosticCode", begin, end);
    recipient.reply_code = find_reply_code(diagnostic);
    if (!recipient.status) recipient.status = find_status_code(diagnostic);
    const bool soft = recipient.status ? (*recipient.status)[0] == '4' : temporary;
    recipient.bounce_class = soft ? BounceClass::soft : BounceClass::hard;
    if (!diagnostic.empty()) recipient.diagnostic = std::move(diagnostic);
    if (!recipient.address.empty()) out.push_back(std::move(recipient));
  }
  return out;
}

}  // namespace

std::optional<BounceReport> read_bounce_json(std::string_view text) {
  const std::string json = plain_notification(text);
  const std::string type = string_value(json, "notificationType");
  BounceReport report;
  if (type == "Delivery") {
    report.kind = MailKind::delivery_report;
    report.reasons = {"text:notification of delivery"};
    return report;
  }
  if (type != "Bounce") return std::nullopt;
  Bounce bounce;
  bounce.recipients = notified_recipients(json, string_value(json, "bounceType") == "Transient");
  const std::size_t headers = json.find("\"commonHeaders\"");
  std::string id = headers == std::string::npos ? "" : string_value(json, "messageId", headers, json.size());
  if (id.empty()) id = string_value(json, "messageId");
  bounce.original_message_id = message_id_in(id);
  report.bounce = std::move(bounce);
  report.reasons = {"text:notification of a bounce"};
  return report;
}

std::optional<std::string> read_complaint_json(std::string_view text) {
  const std::string json = plain_notification(text);
  if (string_value(json, "notificationType") != "Complaint") return std::nullopt;
  std::string type = string_value(json, "complaintFeedbackType");
  return type.empty() ? "abuse" : type;
}

}  // namespace poller
