#include "parsers/bounce_text.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/bounce_addresses.h"
#include "parsers/bounce_codes.h"
#include "parsers/report_parts.h"

namespace poller {
namespace {

constexpr std::size_t kMaxErrorText = 64 * 1024;
constexpr std::size_t kMaxErrorLines = 1500;
constexpr std::size_t kMaxErrorRecipients = 200;
constexpr std::size_t kMaxErrorDiagnostic = 1000;
constexpr std::size_t kMaxLineBytes = 1000;  // that are looked at

// A short line that holds one of these (lower case) ends the error and begins the returned mail.
constexpr std::string_view kReturnedMarks[] = {
    "below this line is a copy of the message",
    "this is a copy of the message",
    "this is a copy of your message",
    "original message follows",
    "original headers follow",
    "original mail as follows",
    "header of the original message",
    "headers of the original message",
    "original message headers:",
    "copy of the original message",
    "copy of the message header",
    "copy of the first part of the message",
    "unsent message follows",
    "unsent message below",
    "no message was collected",
    "message header follows",
    "message headers follow",
    "message text follows",
    "non-delivered message is attached",
    "the attachment contains the original mail headers",
    "message contents follow",
};

// The same, but only in a line drawn with dashes or the like: people write these words too.
constexpr std::string_view kRuledMarks[] = {
    "returned message", "original message", "original mail", "original header", "forwarded message", "message header",
};

bool begins_returned_mail(std::string_view line) {
  for (const std::string_view field :
       {"received: ", "received:from ", "return-path: ", "x-ms-exchange-", "dkim-signature:"}) {
    if (text::istarts_with(line, field)) return true;
  }
  const std::string_view bare = text::trim(line);
  if (bare.size() >= 8 && bare.find_first_not_of('+') == std::string_view::npos) return true;  // MailMarshal
  if (bare.empty() || bare.size() > 160) return false;
  const auto holds = [&](std::string_view mark) { return text::icontains(bare, mark); };
  if (std::any_of(std::begin(kReturnedMarks), std::end(kReturnedMarks), holds)) return true;
  const bool ruled =
      bare.starts_with("--") || bare.starts_with('|') || bare.starts_with("==") || bare.starts_with("**");
  return ruled && std::any_of(std::begin(kRuledMarks), std::end(kRuledMarks), holds);
}

// What stands right before the address that failed, anywhere in a line.
constexpr std::string_view kRecipientLabels[] = {
    "rcpt to:",
    "recipient:",
    "recipients:",
    "recipient address:",
    "original address:",
    "addressed to:",
    "delivered to:",
    "deliver message to:",
    "deliver mail to:",
    "undeliverable to",
    "unknown user:",
    "unknown host:",
    "user unknown:",
    "invalid final delivery userid:",
    "exceeds allowed size:",
    "delivering your mail to",
    "delivery to",
    "delivered to",
    "deliver to",
    "rejected recipient",
    "permanent errors:",
    "failed recipient",
    "failed address:",
    "address:",
    "addresses:",
    "message to",
    "message to:",
    "mail to",
    "email to",
    "e-mail to",
    "this mailing list",
    "smtp=",
    "to address",
    "recipient",
    "the user",
};

enum class LineRole { none, weak, strong };

struct RecipientLine {
  LineRole role = LineRole::none;
  std::string_view address;
  std::string_view rest;  // what the same line says after it
};

bool is_decoration(std::string_view s) noexcept {
  return s.find_first_not_of(" \t<>*-\"'([:.,;)]") == std::string_view::npos;
}

bool has_label_before(std::string_view line, std::size_t begin) {
  std::string_view before = text::trim(line.substr(0, begin));
  while (!before.empty() && (before.back() == '<' || before.back() == '"' || before.back() == '\'')) {
    before = text::trim(before.substr(0, before.size() - 1));
  }
  return std::any_of(std::begin(kRecipientLabels), std::end(kRecipientLabels),
                     [&](std::string_view label) { return text::iends_with(before, label); });
}

std::string_view rest_after(std::string_view line, std::size_t end) noexcept {
  std::string_view rest = line.substr(end);
  while (!rest.empty() && std::string_view("<>\"':;,. \t").find(rest[0]) != std::string_view::npos)
    rest.remove_prefix(1);
  return text::trim(rest);
}

// "550 5.1.1 <user@example.org>... User unknown", "<<< 550 <user@example.org>": an answer of a server.
bool is_server_answer(std::string_view before) {
  before = text::trim(before);
  return find_reply_code(before).has_value() && before.size() < 40;
}

// "Message-ID: <", "From: Anna <": a field of some header.
bool is_header_field(std::string_view before) {
  const std::string_view name = text::trim(before.substr(0, before.find(':')));
  return before.find(':') != std::string_view::npos && name.find(' ') == std::string_view::npos && !name.empty();
}

RecipientLine read_recipient_line(std::string_view line) {
  RecipientLine out;
  const auto addresses = find_addresses(line);
  if (addresses.empty()) return out;
  TextAddress first = addresses.front();
  // "user@example.org <user@example.org>", "user@example.org<mailto:user@example.org>", "alias <real@example.org>:"
  const TextAddress& last = addresses.back();
  out.address = first.address;
  out.rest = rest_after(line, first.end);
  const std::string_view before = line.substr(0, first.begin);
  if (has_label_before(line, first.begin) && !text::icontains(before, "please") &&
      !text::icontains(before, "contact") && !text::icontains(before, "subscribe")) {
    out.role = LineRole::strong;
  } else if (is_decoration(before)) {
    const bool alone = is_decoration(line.substr(last.end)) && addresses.size() <= 2;
    const bool colon = line.substr(first.end).starts_with(">:") || line.substr(first.end).starts_with("\":");
    out.role = alone || colon || text::istarts_with(out.rest, "(expanded from") ? LineRole::strong : LineRole::weak;
    if (alone) {
      out.address = last.address;
      out.rest = {};
    }
  } else if (is_server_answer(before)) {
    out.role = LineRole::weak;
    out.rest = line;
  } else if (first.bracketed && is_decoration(line.substr(first.end)) && before.size() < 100 &&
             !is_header_field(before)) {
    out.role = LineRole::weak;  // "Anna Example <anna@example.org>"
  }
  return out;
}

struct ErrorLine {
  std::string_view text;
  RecipientLine recipient;
};

bool is_known(const std::vector<std::string>& addresses, std::string_view address) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const std::string& a) { return text::iequals(a, address); });
}

class ErrorReader {
 public:
  explicit ErrorReader(const std::vector<std::string>& own) : own_(own) {}

  ErrorText run(std::string_view text) {
    text = text::utf8_prefix(text, kMaxErrorText);
    ErrorText out;
    std::size_t pos = 0;
    std::size_t end = text.size();
    while (pos < text.size() && lines_.size() < kMaxErrorLines) {
      const std::size_t begin = pos;
      const std::string_view line = take_line(text, pos);
      if (begins_returned_mail(line)) {
        end = begin;
        break;
      }
      lines_.push_back({line, read_recipient_line(line.substr(0, kMaxLineBytes))});
    }
    out.errors = text.substr(0, end);
    out.returned = text.substr(end);
    collect(out);
    return out;
  }

 private:
  // What is most certain to be a recipient, then less so.
  void collect(ErrorText& out) {
    add_recipients(out, [this](const ErrorLine& line) {
      return line.recipient.role == LineRole::strong && !is_own_or_system(line.recipient.address);
    });
    const bool certain = !out.recipients.empty();
    add_recipients(out, [this, certain](const ErrorLine& line) {
      return line.recipient.role == LineRole::weak && !is_own_or_system(line.recipient.address) &&
             (!certain || says_error(line.text));
    });
    if (!out.recipients.empty()) return;
    add_recipients(out, [](const ErrorLine& line) { return line.recipient.role == LineRole::strong; });
  }

  [[nodiscard]] bool is_own_or_system(std::string_view address) const {
    return is_known(own_, address) || is_system_address(address);
  }

  static bool says_error(std::string_view line) { return find_reply_code(line) || find_status_code(line); }

  template <typename Wanted>
  void add_recipients(ErrorText& out, Wanted wanted) {
    for (std::size_t i = 0; i < lines_.size() && out.recipients.size() < kMaxErrorRecipients; ++i) {
      if (!wanted(lines_[i])) continue;
      const std::string_view address = lines_[i].recipient.address;
      const auto same = std::find_if(out.recipients.begin(), out.recipients.end(),
                                     [&](const ErrorText::Recipient& r) { return text::iequals(r.address, address); });
      if (same == out.recipients.end()) {
        out.recipients.push_back({std::string(address), diagnostic_after(i)});
      } else if (!says_error(same->diagnostic)) {
        std::string more = diagnostic_after(i);
        if (says_error(more)) same->diagnostic = std::move(more);
      }
    }
  }

  // From the recipient's line to the next recipient; over a blank line only as long as no error was told.
  [[nodiscard]] std::string diagnostic_after(std::size_t index) const {
    constexpr int kMaxParagraphs = 4;
    constexpr std::size_t kMaxLines = 40;
    std::string out(lines_[index].recipient.rest.substr(0, kMaxErrorDiagnostic));
    const std::string_view self = lines_[index].recipient.address;
    int paragraphs = 0;
    const std::size_t last = std::min(lines_.size(), index + kMaxLines);
    for (std::size_t i = index + 1; i < last && out.size() < kMaxErrorDiagnostic; ++i) {
      const std::string_view line = text::trim(lines_[i].text);
      if (line.empty()) {
        const bool ends_paragraph = i > 0 && !text::trim(lines_[i - 1].text).empty();
        if (ends_paragraph && (++paragraphs >= kMaxParagraphs || tells_error(out))) break;
        continue;
      }
      const RecipientLine& other = lines_[i].recipient;
      if (other.role == LineRole::strong && !text::iequals(other.address, self)) break;
      if (is_rule(line)) continue;
      if (!out.empty()) out += ' ';
      out += line.substr(0, kMaxErrorDiagnostic);
    }
    return std::string(text::trim(text::utf8_prefix(out, kMaxErrorDiagnostic)));
  }

  static bool tells_error(std::string_view text) { return says_error(text) || status_by_wording(text, false); }

  // A drawn line, with or without a title: "----- Transcript of session follows -----".
  static bool is_rule(std::string_view line) noexcept {
    return line.starts_with("-----") ||
           (line.size() > 3 && line.find_first_not_of("-=_*~#| ") == std::string_view::npos);
  }

  const std::vector<std::string>& own_;
  std::vector<ErrorLine> lines_;
};

}  // namespace

ErrorText read_error_text(std::string_view text, const std::vector<std::string>& own) {
  return ErrorReader(own).run(text);
}

}  // namespace poller
