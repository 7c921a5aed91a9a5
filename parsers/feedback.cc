#include "parsers/feedback.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/bounce_json.h"
#include "parsers/report_parts.h"

namespace poller {
namespace {

constexpr std::size_t kMaxFeedbackPart = 64 * 1024;

std::string clean_type(std::string_view value) {
  std::string out;
  for (const char c : text::trim(value).substr(0, 60)) {
    if (!text::is_alnum(c) && c != '-' && c != '_') break;
    out += text::lower(c);
  }
  return out.empty() ? "other" : out;
}

// Microsoft's junk mail reports name no type: the complained-about mail is enclosed, with a field of theirs.
bool is_junk_mail_report(const Mail& mail) {
  const bool subject = text::istarts_with(mail.subject, "complaint about message from ");
  const bool from = mail.from && (text::istarts_with(mail.from->address, "staff@hotmail.") ||
                                  text::istarts_with(mail.from->address, "staff@outlook.") ||
                                  text::icontains(mail.from->address, "@email-abuse.amazonses.com"));
  return subject && from;
}

}  // namespace

std::optional<FeedbackReport> read_feedback(const Mail& mail, std::string_view raw) {
  const bool reported = std::any_of(mail.parts.begin(), mail.parts.end(), [](const Part& part) {
    return part.content_type == "multipart/report" && part.report_type == "feedback-report";
  });
  for (const Part& part : mail.parts) {
    if (!part.leaf) continue;
    const bool is_feedback = part.content_type == "message/feedback-report";
    // Some senders label the machine's part as text.
    if (!is_feedback && !(reported && part.content_type == "text/plain")) continue;
    const auto type = field_in_block(part_head(raw, part, kMaxFeedbackPart), "Feedback-Type");
    if (type) return FeedbackReport{clean_type(*type), "part:feedback-report"};
    if (is_feedback) return FeedbackReport{"other", "part:feedback-report"};
  }
  if (reported) return FeedbackReport{"other", "report-type:feedback-report"};
  if (const auto type = read_complaint_json(mail.text)) return FeedbackReport{clean_type(*type), "text:complaint"};
  if (is_junk_mail_report(mail)) return FeedbackReport{"abuse", "subject:complaint about message"};
  return std::nullopt;
}

}  // namespace poller
