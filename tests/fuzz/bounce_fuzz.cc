// What kind of mail any bytes are: the promises of model/verdict.h.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parsers/bounce_text.h"
#include "parsers/classify.h"
#include "parsers/delivery_status.h"
#include "parsers/mime.h"
#include "require.h"

namespace {

void check_bounce(const poller::Bounce& bounce) {
  for (const auto& recipient : bounce.recipients) {
    require(poller::text::is_utf8(recipient.address), "valid UTF-8");
    require(poller::text::is_utf8(recipient.diagnostic.value_or("")), "valid UTF-8");
    require(!recipient.reply_code || (*recipient.reply_code >= 200 && *recipient.reply_code < 600), "a reply code");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const poller::Mail mail = poller::parse_mail(raw);
  const poller::Verdict verdict = poller::classify(mail, raw);
  if (verdict.bounce) check_bounce(*verdict.bounce);
  require(verdict.kind != poller::MailKind::bounce || (verdict.bounce && !verdict.may_answer),
          "bounces stay unanswered");
  for (const auto& reason : verdict.reasons) require(poller::text::is_utf8(reason), "valid UTF-8");
  const std::string text = poller::text::to_valid_utf8(raw);
  poller::read_error_text(text, {"support@example.com"});
  poller::read_delivery_status(text);
  return 0;
}
