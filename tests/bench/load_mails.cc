#include "load_mails.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace poller::bench {
namespace {

// splitmix64: the same numbers on every machine and with every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 0x1234567) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <class List>
  std::string_view of(const List& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

constexpr std::array<std::string_view, 96> kWords{
    "after",   "again",   "account",   "access",   "already", "another",  "answer",   "asked",    "because",  "before",
    "branch",  "browser", "button",    "cable",    "call",    "cannot",   "changed",  "claim",    "click",    "client",
    "closed",  "code",    "colleague", "computer", "could",   "customer", "day",      "delivery", "desk",     "device",
    "does",    "door",    "drive",     "error",    "every",   "failed",   "file",     "floor",    "folder",   "for",
    "form",    "from",    "help",      "hour",     "in",      "invoice",  "is",       "it",       "keyboard", "label",
    "licence", "light",   "line",      "link",     "locked",  "login",    "machine",  "mail",     "meeting",  "message",
    "minute",  "moment",  "monitor",   "morning",  "network", "new",      "no",       "not",      "number",   "of",
    "office",  "on",      "open",      "order",    "page",    "paper",    "password", "phone",    "please",   "printer",
    "problem", "queue",   "reset",     "room",     "screen",  "server",   "shared",   "since",    "software", "still",
    "the",     "ticket",  "to",        "update",   "we",      "yesterday"};
constexpr std::array<std::string_view, 14> kForeign{"Büro", "Gerät",  "Größe",   "naïf", "déjà", "año", "Über",
                                                    "Łódź", "ошибка", "принтер", "印刷", "請求", "خطأ", "5 €"};
constexpr std::array<std::string_view, 12> kFirst{"Anna",  "Boris", "Chloé", "Dmitri", "Emine", "Frank",
                                                  "Grace", "Hiro",  "Inês",  "Jürgen", "Kofi",  "Lena"};
constexpr std::array<std::string_view, 10> kLast{"Abel",  "Brandt", "Costa",  "Dörr", "Eriksen",
                                                 "Fuchs", "Girard", "Haruki", "Ito",  "Janssen"};
constexpr std::array<std::string_view, 5> kDomains{"fabrikam.example", "contoso.example", "adatum.example",
                                                   "northwind.example", "tailspin.example"};
struct FileKind {
  std::string_view type, ending;
};
constexpr std::array<FileKind, 4> kFiles{
    {{"image/png", "png"},
     {"application/pdf", "pdf"},
     {"application/zip", "zip"},
     {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"}}};

std::string sentence(Dice& dice, bool foreign) {
  std::string out;
  const std::size_t words = 4 + dice.below(14);
  for (std::size_t i = 0; i < words; ++i) {
    if (i > 0) out += ' ';
    out += foreign && dice.chance(6) ? dice.of(kForeign) : dice.of(kWords);
    if (dice.chance(4)) out += fmt::format(" {}", dice.below(100'000));
  }
  out[0] = out[0] >= 'a' && out[0] <= 'z' ? static_cast<char>(out[0] - 32) : out[0];
  return out + (dice.chance(15) ? "?" : ".");
}

// Lines of at most 76 bytes or so, paragraphs apart.
std::string paragraphs(Dice& dice, std::size_t size, bool foreign) {
  std::string out;
  std::size_t column = 0;
  while (out.size() < size) {
    const std::string next = sentence(dice, foreign);
    for (std::size_t at = 0; at < next.size();) {
      const std::size_t end = std::min(next.find(' ', at), next.size());
      if (column > 0 && column + end - at > 74) {
        out += "\r\n";
        column = 0;
      }
      if (column > 0) out += ' ', ++column;
      out.append(next, at, end - at);
      column += end - at;
      at = end + 1;
    }
    if (dice.chance(20)) {
      out += "\r\n\r\n";
      column = 0;
    }
  }
  return out + "\r\n";
}

std::string quoted_earlier(Dice& dice, bool foreign) {
  std::string out = "\r\nOn Tue, 11 Mar 2025 at 09:41, Contoso Support <support@contoso.example> wrote:\r\n> ";
  for (const char c : paragraphs(dice, 600, foreign)) {
    out += c;
    if (c == '\n') out += "> ";
  }
  return out + "\r\n";
}

std::string html_body(Dice& dice, std::size_t size, bool foreign) {
  std::string out =
      "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"><style><!--\r\n"
      "p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:\"Calibri\",sans-serif;}\r\n--></style></head><body>\r\n";
  while (out.size() < size) {
    out += fmt::format(
        "<p class=\"MsoNormal\"><span style=\"font-size:10.5pt;color:#{:06x}\">{}<o:p></o:p></span></p>\r\n",
        dice.below(0x1000000), sentence(dice, foreign));
    if (dice.chance(5)) {
      out +=
          fmt::format("<div><a href=\"https://portal.contoso.example/case/{}\">the case</a>&nbsp;&amp; more</div>\r\n",
                      dice.below(1'000'000));
    }
  }
  return out + "</body></html>\r\n";
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64_lines(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 78 / 57 + 80);
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t k) {
      return i + k < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i + k])) : 0U;
    };
    const unsigned word = at(0) << 16 | at(1) << 8 | at(2);
    out += kBase64[word >> 18];
    out += kBase64[word >> 12 & 63];
    out += i + 1 < bytes.size() ? kBase64[word >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kBase64[word & 63] : '=';
    if ((column += 4) == 76) out += "\r\n", column = 0;
  }
  return column > 0 ? out + "\r\n" : out;
}

// What base64 makes of bytes that do not compress, without the bytes.
std::string random_base64(Dice& dice, std::size_t size) {
  std::string out;
  out.reserve(size + 78);
  while (out.size() < size) {
    for (int word = 0; word < 76; word += 4) {
      const std::uint64_t bits = dice.bits();
      for (int k = 0; k < 4; ++k) out += kBase64[bits >> (6 * k) & 63];
    }
    out += "\r\n";
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\r' || byte == '\n') {
      out += text[i];
      column = 0;
      continue;
    }
    const bool plain = byte >= 32 && byte < 127 && byte != '=' && !(byte == ' ' && text.substr(i + 1, 1) == "\r");
    if (column + (plain ? 1 : 3) > 75) out += "=\r\n", column = 0;
    out += plain ? std::string(1, text[i]) : fmt::format("={:02X}", byte);
    column += plain ? 1 : 3;
  }
  return out;
}

std::string text_part(Dice& dice, std::string_view type, const std::string& text, bool foreign) {
  const std::size_t way = foreign ? dice.below(4) : 4;
  const char* const encoding = way < 2 ? "quoted-printable" : way == 2 ? "base64" : way == 3 ? "8bit" : "7bit";
  std::string out = fmt::format("Content-Type: {}; charset={}\r\nContent-Transfer-Encoding: {}\r\n\r\n", type,
                                foreign ? "utf-8" : "us-ascii", encoding);
  return out + (way < 2 ? quoted_printable(text) : way == 2 ? base64_lines(text) : text);
}

std::string multipart(Dice& dice, std::string_view subtype, const std::vector<std::string>& parts) {
  const std::string boundary = fmt::format("_{:03}_{:016X}", dice.below(1000), dice.bits());
  std::string out = fmt::format("Content-Type: multipart/{};\r\n\tboundary=\"{}\"\r\n\r\n", subtype, boundary);
  for (const auto& part : parts) out += "--" + boundary + "\r\n" + part + "\r\n";
  return out + "--" + boundary + "--\r\n";
}

std::string attachment(Dice& dice, std::size_t size) {
  const FileKind& kind = kFiles[dice.below(kFiles.size())];
  const std::string name = dice.chance(30) ? "filename*=utf-8''%C3%9Cbersicht%20" : "filename=\"picture-";
  std::string out = fmt::format(
      "Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: "
      "attachment;\r\n\t{}{}.{}{}\r\n\r\n",
      kind.type, name, dice.below(10'000), kind.ending, name.back() == '-' ? "\"" : "");
  return out + random_base64(dice, size);
}

std::string encoded_word(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > 126) {
      std::string word = base64_lines(text);
      word.resize(word.size() - 2);
      return "=?utf-8?B?" + word + "?=";
    }
  }
  return std::string(text);
}

std::string message_id(int number) {
  return fmt::format("<{:012X}.{}@mail.{}>", Dice(static_cast<std::uint64_t>(number) + 77).bits() >> 16, number,
                     kDomains[static_cast<std::size_t>(number) % kDomains.size()]);
}

std::string_view weekday(int day) {
  constexpr std::array<std::string_view, 7> names{"Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"};
  return names[static_cast<std::size_t>(day) % 7];
}

// March 2025, 37 seconds from one mail to the next.
std::string date_of(int number) {
  const int seconds = number * 37;
  const int day = seconds / 86'400 % 31;
  return fmt::format("{}, {:02} Mar 2025 {:02}:{:02}:{:02} +0000", weekday(day), day + 1, seconds / 3600 % 24,
                     seconds / 60 % 60, seconds % 60);
}

std::string header(Dice& dice, int number, bool foreign) {
  const std::string date = date_of(number);
  std::string out;
  const std::size_t hops = 2 + dice.below(4);
  for (std::size_t hop = hops; hop > 0; --hop) {
    out += fmt::format(
        "Received: from mx{0}.{1} (2001:db8:{2:x}::{0}) by relay{0}.contoso.example\r\n\t(2001:db8::{0}) with "
        "Microsoft "
        "SMTP Server (version=TLS1_2,\r\n\tcipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.{3}.{0}; {4}\r\n",
        hop, kDomains[dice.below(kDomains.size())], dice.below(65536), dice.below(9999), date);
  }
  out += fmt::format(
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=fabrikam.example; s=selector1;\r\n\t"
      "h=From:Date:Subject:Message-ID:Content-Type; bh={:016x}{:016x};\r\n\tb={:016x}{:016x}{:016x}{:016x}\r\n",
      dice.bits(), dice.bits(), dice.bits(), dice.bits(), dice.bits(), dice.bits());
  const std::string first(foreign ? dice.of(kFirst) : kFirst[0]);
  const std::string last(dice.of(kLast));
  out += fmt::format("From: {} <person{}@{}>\r\nTo: Contoso Support <support@contoso.example>\r\n",
                     encoded_word(first + " " + last), dice.below(900), dice.of(kDomains));
  if (dice.chance(25)) {
    out += fmt::format("Cc: {} <person{}@{}>,\r\n\tteam{}@{}\r\n", encoded_word(dice.of(kFirst)), dice.below(900),
                       dice.of(kDomains), dice.below(20), dice.of(kDomains));
  }
  std::string subject = sentence(dice, foreign).substr(0, 40);
  while (!subject.empty() && (static_cast<unsigned char>(subject.back()) & 0xc0) == 0x80) subject.pop_back();
  while (!subject.empty() && static_cast<unsigned char>(subject.back()) >= 0x80) subject.pop_back();
  if (number > 0 && dice.chance(34)) {
    const int back = 1 + static_cast<int>(dice.below(400));
    const std::string parent = message_id(std::max(0, number - back));
    out += "In-Reply-To: " + parent + "\r\nReferences: " + parent + "\r\n";
    subject.insert(0, "Re: ");
  }
  out += "Subject: " + encoded_word(subject) + "\r\nDate: " + date + "\r\nMessage-ID: " + message_id(number) + "\r\n";
  if (dice.chance(4)) out += "Auto-Submitted: auto-replied\r\n";
  return out + "MIME-Version: 1.0\r\n";
}

std::string plain_text(Dice& dice, std::size_t size, bool foreign) {
  std::string out = paragraphs(dice, size, foreign);
  if (dice.chance(50)) out += quoted_earlier(dice, foreign);
  if (dice.chance(40)) out += fmt::format("-- \r\n{} {}\r\nFabrikam GmbH\r\n", dice.of(kFirst), dice.of(kLast));
  return out;
}

std::string alternative(Dice& dice, std::size_t text, std::size_t html, bool foreign) {
  return multipart(dice, "alternative",
                   {text_part(dice, "text/plain", plain_text(dice, text, foreign), foreign),
                    text_part(dice, "text/html", html_body(dice, html, foreign), foreign)});
}

}  // namespace

std::string load_mail(int number) {
  Dice dice(static_cast<std::uint64_t>(number));
  const bool foreign = dice.chance(45);
  std::string out = header(dice, number, foreign);
  // Each fifty mails hold 30, 15, 4 and 1 of the four kinds, in a changing order.
  const auto kind = static_cast<std::size_t>(number * 17 + number / 50 * 7) % 50;
  if (kind < 30) return out + text_part(dice, "text/plain", plain_text(dice, 2'400, foreign), foreign);
  if (kind < 45) return out + alternative(dice, 5'000, 29'000, foreign);
  std::vector<std::string> parts{alternative(dice, 3'000, 9'000, foreign)};
  if (kind < 49) {
    parts.push_back(attachment(dice, 190'000 + dice.below(180'000)));
  } else {
    for (int i = 0; i < 3; ++i) parts.push_back(attachment(dice, 800'000 + dice.below(420'000)));
  }
  return out + multipart(dice, "mixed", parts);
}

std::string mail_of_size(int number, std::size_t bytes) {
  Dice dice(static_cast<std::uint64_t>(number));
  return header(dice, number, false) +
         multipart(dice, "mixed",
                   {text_part(dice, "text/plain", plain_text(dice, 2'400, false), false), attachment(dice, bytes)});
}

}  // namespace poller::bench
