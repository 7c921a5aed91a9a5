// POP3's forms in pieces of any size; what a sender can write into a mail cannot end it.
#include "mailbox/pop3/wire.h"

#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <random>

#include "base/error.h"

using poller::Error;
using poller::ErrorKind;
using poller::pop3::Reader;
using poller::pop3::Reply;
using poller::pop3::WireLimits;

namespace {

class SlicedPop3 final : public poller::pop3::Input {
 public:
  SlicedPop3(std::string bytes, std::function<std::size_t()> slice)
      : bytes_(std::move(bytes)), slice_(std::move(slice)) {}
  std::size_t read(char* into, std::size_t room) override {
    if (position_ == bytes_.size()) throw Error(ErrorKind::temporary, "end of input");
    const std::size_t n = std::min({room, slice_(), bytes_.size() - position_});
    std::memcpy(into, bytes_.data() + position_, n);
    position_ += n;
    return n;
  }

 private:
  std::string bytes_;
  std::function<std::size_t()> slice_;
  std::size_t position_ = 0;
};

std::function<std::size_t()> random_pieces(unsigned seed) {
  return [random = std::mt19937(seed)]() mutable { return std::size_t{random() % 7 + 1}; };
}

/// The same reading for the whole, byte by byte, and in random pieces.
void in_all_slices(const std::string& bytes, const std::function<void(Reader&)>& check) {
  std::vector<std::function<std::size_t()>> all{[] { return SIZE_MAX; }, [] { return std::size_t{1}; }};
  for (unsigned seed = 0; seed < 20; ++seed) all.push_back(random_pieces(seed));
  for (const auto& slice : all) {
    SlicedPop3 input(bytes, slice);
    Reader reader(input);
    check(reader);
  }
}

std::string transmitted(const std::string& wire) {
  std::string first;
  in_all_slices(wire + "+OK next\r\n", [&](Reader& reader) {
    std::string mail;
    const auto size = reader.mail(UINT64_MAX, mail);
    CHECK(size == mail.size());
    if (first.empty()) first = mail;
    CHECK(mail == first);
    CHECK(reader.reply().text == "next");
  });
  return first;
}

}  // namespace

TEST_CASE("status lines") {
  in_all_slices("+OK\r\n+OK 3 1200\r\n-ERR [SYS/TEMP]  try later\r\n-err no [such] mail\r\n+ \r\n+ ZXhhbXBsZQ==\r\n",
                [](Reader& reader) {
                  CHECK(reader.reply().text == "");
                  CHECK(reader.reply().text == "3 1200");
                  const Reply temp = reader.reply();
                  CHECK(temp.status == Reply::Status::error);
                  CHECK(temp.code == "SYS/TEMP");
                  CHECK(temp.text == "try later");
                  const Reply plain = reader.reply();
                  CHECK(plain.code == "");
                  CHECK(plain.text == "no [such] mail");
                  CHECK(reader.reply().status == Reply::Status::go_on);
                  CHECK(reader.reply().text == "ZXhhbXBsZQ==");
                });
}

TEST_CASE("what is no POP3 is refused with advice") {
  for (const auto* said : {"HTTP/1.1 400 Bad Request\r\n", "* OK IMAP4rev1\r\n", "+PONG\r\n", "\r\n"}) {
    SlicedPop3 input(said, [] { return SIZE_MAX; });
    Reader reader(input);
    CHECK_THROWS_AS(reader.reply(), Error);
  }
  SlicedPop3 endless(std::string(100'000, 'x'), [] { return SIZE_MAX; });
  Reader reader(endless);
  CHECK_THROWS_AS(reader.reply(), Error);
}

TEST_CASE("listings: dots unstuffed, bare LF taken, the end found") {
  in_all_slices("1 a\r\n2 b\n..3 c\r\n.\r\n+OK\r\n", [](Reader& reader) {
    std::vector<std::string> lines;
    reader.lines([&](std::string_view line) { lines.emplace_back(line); });
    CHECK(lines == std::vector<std::string>{"1 a", "2 b", ".3 c"});
    CHECK(reader.reply().status == Reply::Status::ok);
  });
}

TEST_CASE("a listing without end is not listened to") {
  std::string wire;
  for (int i = 0; i < 1000; ++i) wire += std::to_string(i) + " abc\r\n";
  SlicedPop3 input(wire, [] { return SIZE_MAX; });
  WireLimits limits;
  limits.answer = 2000;
  Reader reader(input, limits);
  CHECK_THROWS_AS(reader.lines([](std::string_view) {}), Error);
}

TEST_CASE("mails: byte for byte what was sent") {
  CHECK(transmitted("Subject: a\r\n\r\nbody\r\n.\r\n") == "Subject: a\r\n\r\nbody\r\n");
  CHECK(transmitted("..\r\n...x\r\n.\r\n") == ".\r\n..x\r\n");
  CHECK(transmitted(".\r\n") == "");
  CHECK(transmitted("\r\n\r\n.\r\n") == "\r\n\r\n");
  CHECK(transmitted("a\r\n..\r\n.\r\n") == "a\r\n.\r\n");
  CHECK(transmitted(std::string("nul\0byte\r\n.\r\n", 13)) == std::string("nul\0byte\r\n", 10));
}

TEST_CASE("a mail cannot be ended by its sender: only CRLF dot CRLF ends it") {
  CHECK(transmitted("a\n.\r\nb\r\n.\r\n") == "a\n.\r\nb\r\n");
  CHECK(transmitted("a\r.\r\nb\r\n.\r\n") == "a\r.\r\nb\r\n");
  CHECK(transmitted("a\r\n.\nb\r\n.\r\n") == "a\r\n\nb\r\n");
  CHECK(transmitted("a\r\n.\rb\r\n.\r\n") == "a\r\n\rb\r\n");
  CHECK(transmitted("a\n.\n+OK forged\r\n.\r\n") == "a\n.\n+OK forged\r\n");
  CHECK(transmitted("a\n..x\r\n.\r\n") == "a\n..x\r\n");
  CHECK(transmitted("a\r\r\n.\r\n") == "a\r\r\n");
}

TEST_CASE("random mails, stuffed and sent in random pieces, come back whole") {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet("a.\r\nb.", 6);
  for (int round = 0; round < 500; ++round) {
    std::string mail;
    for (unsigned i = 0, n = random() % 60; i < n; ++i) mail += kAlphabet[random() % kAlphabet.size()];
    mail += "\r\n";
    std::string wire;
    bool line_begins = true;
    for (std::size_t i = 0; i < mail.size(); ++i) {
      if (line_begins && mail[i] == '.') wire += '.';
      wire += mail[i];
      line_begins = mail[i] == '\n' && i > 0 && mail[i - 1] == '\r';
    }
    SlicedPop3 input(wire + ".\r\n", random_pieces(random()));
    Reader reader(input);
    std::string read;
    reader.mail(UINT64_MAX, read);
    CHECK(read == mail);
  }
}

TEST_CASE("more than is kept is read over") {
  in_all_slices("0123456789\r\n..0123456789\r\n.\r\n+OK\r\n", [](Reader& reader) {
    std::string kept;
    CHECK(reader.mail(5, kept) == 25);
    CHECK(kept == "01234");
    CHECK(reader.reply().status == Reply::Status::ok);
  });
}
