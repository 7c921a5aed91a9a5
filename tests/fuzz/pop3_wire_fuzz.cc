// What a POP3 server sends: read alike however it comes in, and no mail ends before its dot.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "mailbox/pop3/wire.h"
#include "pieces.h"
#include "require.h"

namespace {

using poller::Error;
using poller::ErrorKind;
namespace pop3 = poller::pop3;

constexpr std::uint64_t kKept = 1000;  // bytes of a mail

// What is awaited is the first byte's choice: answers, listings and mails in turn.
std::vector<std::string> reading_of(std::string_view in, std::size_t piece, unsigned awaited) {
  Pieces<pop3::Input> input(in, piece);
  pop3::WireLimits limits;
  limits.answer = limits.mail = std::uint64_t{64} * 1024;
  pop3::Reader reader(input, limits);
  std::vector<std::string> out;
  try {
    for (;; awaited = awaited / 3 + 1) {
      if (awaited % 3 == 0) {
        const auto reply = reader.reply();
        require(reply.text.size() <= limits.line && reply.code.size() <= limits.line, "lines have a limit");
        out.push_back(std::to_string(static_cast<int>(reply.status)) + reply.code + ' ' + reply.text);
      } else if (awaited % 3 == 1) {
        reader.lines([&](std::string_view line) {
          require(line.size() <= limits.line && line.find('\n') == std::string_view::npos, "a line is one");
          out.emplace_back(line);
        });
      } else {
        std::string mail;
        const auto mail_size = reader.mail(kKept, mail);
        require(mail.size() == std::min(mail_size, kKept), "the beginning of a mail is kept");
        require(mail_size <= in.size(), "a mail is no larger than what came");
        out.push_back(std::to_string(mail_size) + ' ' + mail);
      }
    }
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::temporary || error.kind() == ErrorKind::corrupt, "no POP3 is corrupt");
    out.push_back(std::to_string(static_cast<int>(error.kind())));
  }
  return out;
}

std::string stuffed(std::string_view mail) {
  std::string wire;
  bool line_start = true;
  for (std::size_t i = 0; i < mail.size(); ++i) {
    if (line_start && mail[i] == '.') wire += '.';
    wire += mail[i];
    line_start = mail[i] == '\n' && i > 0 && mail[i - 1] == '\r';
  }
  if (!line_start) wire += "\r\n";
  return wire + ".\r\n+OK next\r\n";
}

// Whatever a sender writes comes back as it was, and what follows it on the connection is read next.
void check_round_trip(std::string_view mail) {
  const std::string wire = stuffed(mail);
  Pieces<pop3::Input> input(wire, 5);
  pop3::Reader reader(input);
  std::string back;
  reader.mail(UINT64_MAX, back);
  require(back == mail || back == std::string(mail) + "\r\n", "a mail comes back as it was");
  require(reader.reply().text == "next", "and what follows it is not of it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  const unsigned awaited = size == 0 ? 0 : data[0];
  const auto whole = reading_of(in, SIZE_MAX, awaited);
  require(whole == reading_of(in, 1, awaited) && whole == reading_of(in, 7, awaited),
          "the same however the bytes come in");
  check_round_trip(in);
  return 0;
}
