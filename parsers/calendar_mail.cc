#include "parsers/calendar_mail.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/report_parts.h"

namespace poller {
namespace {

constexpr std::size_t kMaxCalendarHead = 16 * 1024;  // METHOD stands near the top
constexpr std::size_t kMaxReceipt = 16 * 1024;

std::string upper_word(std::string_view s) {
  std::string out;
  for (const char c : s.substr(0, 40)) {
    if (!text::is_alpha(c)) break;
    out += text::upper(c);
  }
  return out;
}

// method=REQUEST of a Content-Type value.
std::string method_parameter(std::string_view content_type) {
  for (std::size_t at = text::ifind(content_type, "method"); at != std::string_view::npos;
       at = text::ifind(content_type, "method", at + 1)) {
    std::string_view rest = text::trim(content_type.substr(at + 6));
    if (!rest.starts_with('=')) continue;
    rest = text::trim(rest.substr(1));
    if (rest.starts_with('"')) rest.remove_prefix(1);
    return upper_word(rest);
  }
  return {};
}

bool is_receipt_part(const Part& part) {
  return part.content_type == "message/disposition-notification" ||
         part.content_type == "message/global-disposition-notification";
}

}  // namespace

std::optional<std::string> find_calendar_method(const Mail& mail, std::string_view raw) {
  for (const Part& part : mail.parts) {
    if (!part.leaf || part.content_type != "text/calendar" || part.disposition == "attachment") continue;
    const auto& fields = part.parent < 0 ? mail.fields : part.fields;
    const Field* const type = find_field(fields, "Content-Type");
    std::string method = type == nullptr ? "" : method_parameter(std::string_view(type->value).substr(0, 4000));
    if (method.empty()) {
      const std::string head = part_head(raw, part, kMaxCalendarHead);
      if (const auto value = field_in_block(head, "METHOD")) method = upper_word(*value);
    }
    if (!method.empty()) return method;
  }
  return std::nullopt;
}

bool is_disposition_notification(const Mail& mail) {
  return std::any_of(mail.parts.begin(), mail.parts.end(), [](const Part& part) {
    return is_receipt_part(part) ||
           (part.content_type == "multipart/report" && part.report_type == "disposition-notification");
  });
}

std::optional<std::string> find_receipted_id(const Mail& mail, std::string_view raw) {
  for (const Part& part : mail.parts) {
    if (!part.leaf || !is_receipt_part(part)) continue;
    if (const auto id = field_in_block(part_head(raw, part, kMaxReceipt), "Original-Message-ID")) {
      return message_id_in(*id);
    }
  }
  return std::nullopt;
}

}  // namespace poller
