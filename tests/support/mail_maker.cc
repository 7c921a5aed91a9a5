#include "mail_maker.h"

#include <fmt/format.h>

namespace poller::support {
namespace {

std::string headers(int number) {
  const bool answers = number % 5 == 4;
  std::string text = fmt::format(
      "Received: from mx.example.org (mx.example.org [192.0.2.{}]) by mx.example.com; Mon, 03 Jun 2024 08:00:00 "
      "+0000\r\n"
      "From: Person {} <person{}@example.org>\r\nTo: Support <support@example.test>\r\n"
      "Subject: {}Question {}\r\nDate: Mon, 03 Jun 2024 {:02}:{:02}:{:02} +0000\r\nMessage-ID: <{}>\r\n",
      number % 250, number % 90, number % 90, answers ? "Re: " : "", answers ? number - 1 : number, number / 3600 % 24,
      number / 60 % 60, number % 60, message_id_of(number));
  if (answers) text += fmt::format("In-Reply-To: <{0}>\r\nReferences: <{0}>\r\n", message_id_of(number - 1));
  return text + "MIME-Version: 1.0\r\n";
}

std::string body_lines(int number) {
  std::string text;
  for (int i = 0; i < 3 + number % 40; ++i)
    text += fmt::format("Line {} of mail {}: the printer, the portal, the größte Problem.\r\n", i, number);
  return text;
}

std::string base64_lines(std::size_t bytes, int seed) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  unsigned state = static_cast<unsigned>(seed) * 2654435761U + 1;
  while (text.size() < bytes) {
    for (int i = 0; i < 76; ++i) {
      state = state * 1664525U + 1013904223U;
      text += kAlphabet[state >> 26U];
    }
    text += "\r\n";
  }
  return text;
}

std::string plain_part(int number) {
  return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body_lines(number);
}

std::string attachment_part(int number, std::size_t bytes) {
  return fmt::format(
             "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"file {}.pdf\"\r\n"
             "Content-Transfer-Encoding: base64\r\n\r\n",
             number) +
         base64_lines(bytes, number);
}

std::string multipart(int number, const char* kind, const std::string& first, const std::string& second) {
  return fmt::format(
      "Content-Type: multipart/{1}; boundary=\"b-{0}\"\r\n\r\n--b-{0}\r\n{2}\r\n--b-{0}\r\n{3}\r\n--b-{0}--\r\n",
      number, kind, first, second);
}

}  // namespace

std::string message_id_of(int number) { return fmt::format("mail-{}@load.example.org", number); }

std::string make_mail(int number) {
  if (number % 10 == 3)
    return headers(number) + multipart(number, "mixed", plain_part(number), attachment_part(number, 3000));
  if (number % 3 == 1)
    return headers(number) +
           multipart(number, "alternative", plain_part(number),
                     "Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + body_lines(number) + "</p>\r\n");
  return headers(number) + plain_part(number);
}

std::string make_large_mail(int number, std::size_t size) {
  return headers(number) + multipart(number, "mixed", plain_part(number), attachment_part(number, size));
}

}  // namespace poller::support
