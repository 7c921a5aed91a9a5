#include "parsers/tnef_eml.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/text.h"
#include "parsers/file_name.h"

namespace poller {
namespace {

constexpr std::string_view kCrlf = "\r\n";
constexpr std::string_view kEmlBoundary = "=_winmail.dat_message";  // "=_" never occurs in base64 lines

// RFC 2047 in words of at most 75 characters; plain ASCII stays.
std::string eml_header_text(std::string_view value) {
  bool plain = true;
  for (const char c : value) plain = plain && c >= ' ' && c < 0x7f;
  if (plain && value.size() < 900) return std::string(value);
  std::string out;
  value = value.substr(0, 4000);
  while (!value.empty()) {
    const std::string_view piece = text::utf8_prefix(value, 42);
    value.remove_prefix(std::max<std::size_t>(piece.size(), 1));
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + text::base64(piece) + "?=";
  }
  return out;
}

std::string eml_date(std::int64_t seconds) {
  static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds at{std::chrono::seconds{seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", days.at(std::chrono::weekday{day}.c_encoding()),
                     static_cast<unsigned>(date.day()), months.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

void add_base64(std::string& out, std::string_view bytes) {
  constexpr std::size_t kBytesOfLine = 57;
  for (std::size_t i = 0; i < bytes.size(); i += kBytesOfLine) {
    out += text::base64(bytes.substr(i, kBytesOfLine));
    out += kCrlf;
  }
}

void add_eml_part(std::string& out, std::string_view header, std::string_view bytes) {
  out += fmt::format("--{}\r\n{}\r\nContent-Transfer-Encoding: base64\r\n\r\n", kEmlBoundary, header);
  add_base64(out, bytes);
}

std::string quoted_parameter(std::string_view value) {
  std::string out = "\"";
  for (const char c : eml_header_text(value)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

void add_eml_file(std::string& out, const TnefFile& file) {
  const std::string name = safe_file_name(file.name).value_or("winmail.dat");
  std::string type = file.is_message ? "application/ms-tnef" : file.content_type;
  if (type.find('/') == std::string::npos || type.find_first_of("\r\n; ") != std::string::npos) {
    type = type_of_file_name(name);
  }
  std::string header =
      fmt::format("Content-Type: {};\r\n name={}\r\nContent-Disposition: attachment", type, quoted_parameter(name));
  if (file.content_id) header += "\r\nContent-ID: <" + eml_header_text(*file.content_id) + ">";
  add_eml_part(out, header, file.data);
}

}  // namespace

std::string compose_tnef_mail(const TnefMessage& message, std::size_t limit) {
  std::string out;
  const auto field = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) out += fmt::format("{}: {}\r\n", name, value);
  };
  const bool has_address = message.sender_address.find('@') != std::string::npos;
  std::string from = eml_header_text(message.sender_name);
  if (has_address) from = quoted_parameter(message.sender_name) + " <" + eml_header_text(message.sender_address) + ">";
  field("From", from);
  field("To", eml_header_text(message.to));
  field("Cc", eml_header_text(message.cc));
  field("Subject", eml_header_text(message.subject));
  if (message.sent_at) field("Date", eml_date(*message.sent_at));
  field("Message-ID", eml_header_text(message.message_id));
  out += fmt::format("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n", kEmlBoundary);
  const bool has_html = message.html && !message.html->empty();
  const std::string_view text = message.text ? std::string_view(*message.text) : std::string_view();
  const std::string_view body = has_html ? std::string_view(*message.html) : text;
  add_eml_part(out, has_html ? "Content-Type: text/html; charset=utf-8" : "Content-Type: text/plain; charset=utf-8",
               body);
  for (const TnefFile& file : message.files) {
    const std::size_t room = limit > out.size() ? limit - out.size() : 0;
    if (file.data.size() / 3 * 4 + file.data.size() / 28 + 600 <= room) {
      add_eml_file(out, file);
    } else {
      add_eml_part(out, "Content-Type: text/plain; charset=utf-8",
                   "An attachment was too large to be taken along: " + file.name.substr(0, 255) + "\r\n");
    }
  }
  return out + fmt::format("--{}--\r\n", kEmlBoundary);
}

}  // namespace poller
