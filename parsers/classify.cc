#include "parsers/classify.h"

#include <algorithm>

#include "parsers/auto_reply.h"
#include "parsers/bounce.h"
#include "parsers/calendar_mail.h"
#include "parsers/feedback.h"
#include "parsers/list_mail.h"

namespace poller {
namespace {

void add_reasons(Verdict& verdict, const std::vector<std::string>& reasons) {
  for (const std::string& reason : reasons) {
    if (std::find(verdict.reasons.begin(), verdict.reasons.end(), reason) == verdict.reasons.end()) {
      verdict.reasons.push_back(reason);
    }
  }
}

void decide(Verdict& verdict, MailKind kind, std::string reason) {
  verdict.kind = kind;
  verdict.may_answer = false;
  verdict.reasons.push_back(std::move(reason));
}

// An invitation comes from a person who may want to hear; answers to invitations are the calendar's.
void decide_calendar(Verdict& verdict, const std::string& method, bool may_answer) {
  decide(verdict, MailKind::calendar, "calendar:method=" + method);
  verdict.may_answer = may_answer && (method == "REQUEST" || method == "PUBLISH" || method == "ADD");
}

void decide_kind(const Mail& mail, std::string_view raw, const MachineSigns& signs, Verdict& verdict) {
  const auto feedback = read_feedback(mail, raw);
  const bool receipt = is_disposition_notification(mail);
  // Both are reports as well, and quote what would make them look like bounces.
  if (!feedback && !receipt) {
    if (auto report = read_bounce(mail, raw)) {
      verdict.kind = report->kind;
      verdict.may_answer = false;
      verdict.bounce = std::move(report->bounce);
      verdict.reported_message_id = std::move(report->reported_message_id);
      add_reasons(verdict, report->reasons);
      return;
    }
  }
  if (feedback) {
    verdict.feedback_type = feedback->type;
    decide(verdict, MailKind::feedback_report, feedback->reason);
    return;
  }
  // A receipt is nothing that anybody wrote, and no report of delivery (RFC 8098): the mailbox answered.
  if (receipt) {
    verdict.reported_message_id = find_receipted_id(mail, raw);
    return decide(verdict, MailKind::auto_reply, "part:disposition-notification");
  }
  if (signs.auto_reply) {
    verdict.kind = MailKind::auto_reply;
    return;
  }
  auto list_sign = find_list_sign(mail);
  if (const auto method = find_calendar_method(mail, raw)) {
    decide_calendar(verdict, *method, verdict.may_answer && !list_sign);
    if (list_sign) add_reasons(verdict, {std::move(*list_sign)});
  } else if (list_sign) {
    decide(verdict, MailKind::list, std::move(*list_sign));
  }
}

}  // namespace

Verdict classify(const Mail& mail, std::string_view raw) {
  const MachineSigns signs = find_machine_signs(mail);
  Verdict verdict;
  verdict.may_answer = signs.may_answer;
  decide_kind(mail, raw, signs, verdict);
  add_reasons(verdict, signs.reasons);
  return verdict;
}

}  // namespace poller
