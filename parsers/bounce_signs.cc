#include "parsers/bounce_signs.h"

#include <algorithm>
#include <span>

#include "base/text.h"
#include "parsers/bounce_addresses.h"
#include "parsers/bounce_phrases.h"
#include "parsers/fold.h"

namespace poller {
namespace {

constexpr std::size_t kMaxOpening = 6000;  // bytes of text that are searched for what bounces begin with

struct HeaderSign {
  const char* name;
  std::string_view value;  // lower case, to be found in it; empty: any
};

constexpr HeaderSign kBounceHeaders[] = {
    {"X-Failed-Recipients", ""},
    {"X-MS-Exchange-Message-Is-Ndr", ""},
    {"X-MS-Embedded-Report", ""},
    {"X-MX-Bounce", ""},
    {"X-AHMAILID", ""},
    {"X-Mailer", "<smtp32 v"},
    {"X-Mailer", "surfcontrol e-mail filter"},
    {"X-Mailer", "internet mail service"},
    {"X-Mailer", "internet mail connector"},
    {"Received", "invoked for bounce)"},
    {"Content-Type", "report-type=delivery-status"},
    {"Content-Type", "report-type=\"delivery-status\""},
};

std::string_view first_within(std::string_view text, std::span<const std::string_view> phrases) {
  const auto found = std::find_if(phrases.begin(), phrases.end(),
                                  [&](std::string_view phrase) { return text.find(phrase) != std::string_view::npos; });
  return found == phrases.end() ? std::string_view{} : *found;
}

// Curly apostrophes as Gmail and Exchange write them.
std::string fold_for_signs(std::string_view text) {
  std::string out = fold_case(text);
  for (std::size_t pos = out.find("’"); pos != std::string::npos; pos = out.find("’", pos + 1)) {
    out.replace(pos, std::string_view("’").size(), "'");
  }
  return out;
}

bool has_system_name(const Address& from) {
  return !first_within(fold_case(std::string_view(from.name).substr(0, 200)), mail_system_names()).empty();
}

// "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@": what Exchange calls its own mailbox, in all languages.
bool is_exchange_mailbox(std::string_view address) {
  constexpr std::string_view kName = "microsoftexchange";
  constexpr std::size_t kDigits = 32;
  if (!text::istarts_with(address, kName)) return false;
  const std::string_view digits = address.substr(kName.size(), address.find('@') - kName.size());
  return digits.size() == kDigits && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool has_system_address(const Address& from) {
  if (is_exchange_mailbox(from.address)) return true;
  return is_system_address(from.address) && !text::istarts_with(from.address, "abuse@");
}

void look_at_header(const Mail& mail, BounceSigns& signs) {
  signs.address = (mail.from && has_system_address(*mail.from)) || (mail.sender && has_system_address(*mail.sender));
  signs.sender = signs.address || (mail.from && has_system_name(*mail.from));
  if (signs.sender) signs.strongest = "sender:mail system";
  for (const Field& field : mail.fields) {
    if (text::iequals(field.name, "Return-Path")) {
      const std::string_view path = text::trim(field.value);
      signs.null_path = signs.null_path || path == "<>" || text::icontains(path, "mailer-daemon");
    }
    for (const HeaderSign& sign : kBounceHeaders) {
      if (!text::iequals(field.name, sign.name)) continue;
      if (!sign.value.empty() && !text::icontains(std::string_view(field.value).substr(0, 2000), sign.value)) continue;
      signs.header = true;
      signs.strongest = "header:" + text::to_lower(field.name);
    }
  }
}

}  // namespace

BounceSigns find_bounce_signs(const Mail& mail) {
  BounceSigns signs;
  look_at_header(mail, signs);
  const std::string subject = fold_for_signs(std::string_view(mail.subject).substr(0, 500));
  for (const std::string_view phrase : bounce_subjects()) {
    if (!std::string_view(subject).starts_with(phrase)) continue;
    signs.subject = true;
    signs.strongest = "subject:" + std::string(phrase);
    // No person words a subject like these lists do.
    signs.header = signs.header || phrase.find("not member") != std::string_view::npos;
    break;
  }
  // Ordinary mail ends here: without one of these no words in the text make it a bounce, and the words are many.
  if (!signs.any()) return signs;
  const std::string opening = fold_for_signs(text::utf8_prefix(mail.text, kMaxOpening));
  signs.text = !first_within(opening, bounce_texts()).empty();
  signs.delayed = !first_within(opening, delay_texts()).empty() || subject.find("(delay)") != std::string::npos ||
                  subject.starts_with("delivery delayed") || subject.starts_with("warning: ");
  signs.delivered = !first_within(opening, delivered_texts()).empty() || subject.starts_with("delivered:") ||
                    subject.starts_with("relayed:") || subject.find("(success)") != std::string::npos;
  return signs;
}

}  // namespace poller
