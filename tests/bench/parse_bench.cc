// How fast mails are parsed and all of their parts decoded, in this process:
//   bench_parse --write DIR   writes the three mails that are measured: 52 KB of alternative texts, 3 MB and 30 MB with
//   a file bench_parse FILE...       the best of several rounds for each
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parsers/defects.h"
#include "parsers/mail_part.h"
#include "parsers/mime.h"
#include "parsers/mime_tree.h"
#include "parsers/transfer.h"

namespace {

std::string quoted_printable_text(std::size_t size) {
  std::string out;
  while (out.size() < size) {
    out +=
        "The caf=C3=A9 on the corner opens at eight; we meet there, =\r\nas agreed, and go on to the station from "
        "it.\r\n\r\n";
  }
  return out;
}

std::string base64_lines(std::size_t size) {
  std::string bytes(size, '\0');
  unsigned state = 1;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24);
  const std::string encoded = poller::text::base64(bytes);
  std::string out;
  for (std::size_t pos = 0; pos < encoded.size(); pos += 76) {
    out.append(encoded, pos, 76);
    out += "\r\n";
  }
  return out;
}

const std::string kHead =
    "From: Ann Example <ann@example.org>\r\nTo: support@example.com\r\nSubject: =?utf-8?Q?Caf=C3=A9?=\r\n"
    "Date: Mon, 10 Jun 2024 09:58:00 +0000\r\nMessage-ID: <bench@example.org>\r\nMIME-Version: 1.0\r\n";

std::string alternative_mail() {
  const std::string encoding = "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
  return kHead + "Content-Type: multipart/alternative; boundary=\"bound\"\r\n\r\n--bound\r\nContent-Type: text/plain" +
         encoding + quoted_printable_text(22'000) + "\r\n--bound\r\nContent-Type: text/html" + encoding +
         "<html><body><p>" + quoted_printable_text(29'000) + "</p></body></html>\r\n--bound--\r\n";
}

std::string mail_with_file(std::size_t size) {
  return kHead +
         "Content-Type: multipart/mixed; boundary=\"bound\"\r\n\r\n--bound\r\nContent-Type: text/plain\r\n\r\nSee the "
         "file.\r\n--bound\r\nContent-Type: application/pdf; name=file.pdf\r\nContent-Transfer-Encoding: "
         "base64\r\n\r\n" +
         base64_lines(size * 3 / 4 * 76 / 78) + "--bound--\r\n";
}

void write_mail(const std::string& path, const std::string& mail) { std::ofstream(path, std::ios::binary) << mail; }

// The tree of parts with their headers, and each part decoded: what a MIME library does, and gmime_speed does with
// GMime.
std::size_t parse_and_decode(const std::string& raw) {
  poller::Defects defects;
  const auto entities = poller::read_mime_tree(raw, {}, false, defects);
  const auto parts = poller::describe_parts(raw, entities, {}, defects);
  std::size_t decoded = 0;
  for (const auto& part : parts) {
    if (!part.part.leaf) continue;
    const auto& where = part.part.body;
    poller::decode_transfer(std::string_view(raw).substr(where.offset, where.length), where.encoding,
                            [&decoded](std::string_view block) { decoded += block.size(); });
  }
  return decoded;
}

// All that poller makes of a mail: texts in UTF-8, what is new in them, kind, attachments, three hashes.
std::size_t read_whole(const std::string& raw) { return poller::parse_mail(raw).fields.size(); }

void measure(const char* what, std::size_t (*work)(const std::string&), const std::string& raw) {
  double best = 1e9;
  const std::size_t rounds = std::clamp<std::size_t>(200'000'000 / (raw.size() + 1), 5, 2000);
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const std::size_t done = work(raw);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (done > 0) best = std::min(best, took.count());
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%-24s %10zu bytes  %9.3f ms  %8.0f MB/s  peak %ld KB\n", what, raw.size(), best * 1e3,
              static_cast<double>(raw.size()) / best / 1e6, usage.ru_maxrss);
}

void measure_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  const std::string raw{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  measure("poller, parts decoded", parse_and_decode, raw);
  measure("poller, all of it", read_whole, raw);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--write") {
    const std::string folder = argv[2];
    write_mail(folder + "/52k.eml", alternative_mail());
    write_mail(folder + "/3m.eml", mail_with_file(3'000'000));
    write_mail(folder + "/30m.eml", mail_with_file(30'000'000));
    return 0;
  }
  for (int i = 1; i < argc; ++i) measure_file(argv[i]);
}
