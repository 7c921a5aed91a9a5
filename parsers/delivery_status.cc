#include "parsers/delivery_status.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "parsers/bounce_codes.h"
#include "parsers/report_parts.h"

namespace poller {
namespace {

constexpr std::size_t kMaxStatusRecipients = 1000;
constexpr std::size_t kMaxStatusDiagnostic = 2000;

struct StatusField {
  std::string_view name;
  std::string value;  // unfolded, trimmed
};

// Whether the line is "Name: value" with a name of letters, digits and dashes.
bool split_status_field(std::string_view line, StatusField& field) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 60) return false;
  for (const char c : line.substr(0, colon)) {
    if (!text::is_alnum(c) && c != '-') return false;
  }
  field.name = line.substr(0, colon);
  field.value = std::string(text::trim(line.substr(colon + 1)));
  return true;
}

// "j\\x{FC}rgen@example.org": characters beyond ASCII where the report itself is not 8-bit (RFC 6533 section 3).
std::string decode_embedded(std::string_view value) {
  std::string out;
  for (std::size_t pos = 0; pos < value.size();) {
    const std::size_t begin = std::min(value.find("\\x{", pos), value.size());
    out += value.substr(pos, begin - pos);
    if (begin == value.size()) break;
    pos = begin + 3;
    char32_t code = 0;
    const std::size_t first = pos;
    while (pos < value.size() && pos - first < 6 && std::isxdigit(static_cast<unsigned char>(value[pos])) != 0) {
      const char digit = text::lower(value[pos++]);
      code = code * 16 + static_cast<char32_t>(text::is_digit(digit) ? digit - '0' : digit - 'a' + 10);
    }
    const bool valid = pos > first && pos < value.size() && value[pos] == '}' && code >= 0x20 && code <= 0x10FFFF &&
                       (code < 0xD800 || code > 0xDFFF);
    if (!valid) {
      out += value.substr(begin, pos - begin);
      continue;
    }
    text::append_utf8(out, code);
    ++pos;
  }
  return out;
}

// "rfc822; user@example.org" without type, brackets and comments; "utf-8; …" too (RFC 6533 section 3).
std::string typed_address(std::string_view value) {
  const auto semicolon = value.find(';');
  if (semicolon != std::string_view::npos) {
    value.remove_prefix(semicolon + 1);
  } else if (text::istarts_with(value, "rfc822 ")) {
    value.remove_prefix(7);
  }
  value = text::trim(value);
  const auto open = value.rfind('<');
  const auto close = value.rfind('>');
  if (open != std::string_view::npos && close != std::string_view::npos && close > open) {
    value = text::trim(value.substr(open + 1, close - open - 1));
  }
  const auto comment = value.find(" (");
  if (comment != std::string_view::npos) value = text::trim(value.substr(0, comment));
  if (value.starts_with('<')) value.remove_prefix(1);
  if (value.ends_with('>')) value.remove_suffix(1);
  return decode_embedded(value);
}

// "smtp; 550 5.1.1 no such user" without its type.
std::string typed_diagnostic(std::string_view value) {
  const auto semicolon = value.find(';');
  if (semicolon != std::string_view::npos && semicolon < 20 && semicolon > 0 &&
      value.substr(0, semicolon).find(' ') == std::string_view::npos && !text::is_digit(value[0])) {
    value = text::trim(value.substr(semicolon + 1));
  }
  return std::string(text::utf8_prefix(value, kMaxStatusDiagnostic));
}

DeliveryStatus::Action read_action(std::string_view value) {
  using Action = DeliveryStatus::Action;
  if (text::istarts_with(value, "fail")) return Action::failed;
  if (text::istarts_with(value, "delay")) return Action::delayed;
  if (text::istarts_with(value, "deliver")) return Action::delivered;
  if (text::istarts_with(value, "relay")) return Action::relayed;
  if (text::istarts_with(value, "expand")) return Action::expanded;
  return Action::none;
}

class StatusReader {
 public:
  void take(const StatusField& field) {
    const auto is = [&](std::string_view name) { return text::iequals(field.name, name); };
    if (is("X-Original-Message-ID") || is("Original-Message-ID")) {
      report_.original_message_id = message_id_in(field.value);
    } else if (is("Final-Recipient") || is("Original-Recipient") || is("X-Actual-Recipient")) {
      take_recipient(field);
    } else if (is("Action")) {
      if (now_.action != DeliveryStatus::Action::none && has_recipient()) flush();
      now_.action = read_action(field.value);
    } else if (is("Status")) {
      now_.status = find_status_code(field.value);
      if (!now_.status && now_.diagnostic.empty()) now_.diagnostic = field.value;  // "Status: 553 too large"
    } else if (is("Diagnostic-Code")) {
      if (now_.diagnostic.empty() || field.value.size() > now_.diagnostic.size()) {
        now_.diagnostic = typed_diagnostic(field.value);
      }
    }
  }

  // A blank line ends a recipient's fields, but only where it has got its recipient and more.
  void take_blank() {
    const bool whole = has_recipient() && (now_.action != DeliveryStatus::Action::none || now_.status);
    if (whole) flush();
  }

  DeliveryReport finish() {
    flush();
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool has_recipient() const { return !now_.final_recipient.empty() || !now_.original_recipient.empty(); }

  void take_recipient(const StatusField& field) {
    std::string address = typed_address(field.value);
    if (text::iequals(field.name, "X-Actual-Recipient")) {
      now_.actual_recipient = std::move(address);
      return;
    }
    const bool is_final = text::iequals(field.name, "Final-Recipient");
    std::string& slot = is_final ? now_.final_recipient : now_.original_recipient;
    if (!slot.empty() || (!is_final && now_.status)) flush();
    (is_final ? now_.final_recipient : now_.original_recipient) = std::move(address);
  }

  void flush() {
    if (has_recipient() && report_.recipients.size() < kMaxStatusRecipients) report_.recipients.push_back(now_);
    now_ = {};
  }

  DeliveryReport report_;
  DeliveryStatus now_;
};

// Gateways that rewrite links treat each block as a part of its own: "Content-Transfer-Encoding: base64", a blank line,
// and the block encoded. What is decoded takes its place.
std::string with_blocks_decoded(std::string_view text) {
  std::string out;
  for (std::size_t pos = 0; pos < text.size();) {
    std::string_view line = take_line(text, pos);
    if (!text::istarts_with(line, "Content-Transfer-Encoding:") || !text::icontains(line, "base64")) {
      out.append(line).append("\n");
      continue;
    }
    while (pos < text.size() && !text::trim(take_line(text, pos)).empty()) {
    }
    std::string encoded;
    while (pos < text.size()) {
      line = text::trim(take_line(text, pos));
      if (line.empty()) break;
      encoded += line;
    }
    std::string decoded;
    text::base64_decode(encoded, decoded);  // what came before a bad character is kept
    out.append("\n").append(text::to_valid_utf8(decoded)).append("\n\n");
  }
  return out;
}

DeliveryReport read_status_fields(std::string_view text) {
  StatusReader reader;
  StatusField field;
  bool open = false;
  for (std::size_t pos = 0; pos < text.size();) {
    const std::string_view line = take_line(text, pos);
    const bool folded = open && !line.empty() && (line[0] == ' ' || line[0] == '\t');
    if (folded) {
      if (field.value.size() < 2 * kMaxStatusDiagnostic) {
        field.value += ' ';
        field.value += text::trim(line);
      }
      continue;
    }
    if (open) reader.take(field);
    open = split_status_field(line, field);
    if (text::trim(line).empty()) reader.take_blank();
  }
  if (open) reader.take(field);
  return reader.finish();
}

}  // namespace

bool looks_like_delivery_status(std::string_view text) {
  bool recipient = false;
  bool outcome = false;
  for (std::size_t pos = 0; pos < text.size() && !(recipient && outcome);) {
    const std::string_view line = take_line(text, pos);
    recipient = recipient || text::istarts_with(line, "Final-Recipient:");
    outcome = outcome || text::istarts_with(line, "Action:") || text::istarts_with(line, "Status:");
  }
  return recipient && outcome;
}

DeliveryReport read_delivery_status(std::string_view text) {
  if (text::icontains(text, "Content-Transfer-Encoding:")) return read_status_fields(with_blocks_decoded(text));
  return read_status_fields(text);
}

}  // namespace poller
