#include "parsers/yenc.h"

#include <doctest/doctest.h>

namespace poller {
namespace {

std::string encode(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const char e = static_cast<char>(static_cast<unsigned char>(c) + 42);
    if (e == '\0' || e == '\n' || e == '\r' || e == '=') {
      out += '=';
      out += static_cast<char>(static_cast<unsigned char>(e) + 64);
    } else {
      out += e;
    }
    if (out.size() % 60 == 0) out += "\r\n";
  }
  return out;
}

TEST_CASE("every byte survives yEnc") {
  std::string bytes;
  for (int i = 0; i < 512; ++i) bytes += static_cast<char>(i);
  const std::string body = "Hello\r\n\r\n=ybegin line=128 size=512 name=all bytes.bin\r\n" + encode(bytes) +
                           "\r\n=yend size=512 crc32=00000000\r\nBye\r\n";
  const auto blocks = find_yenc(body);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].name == "all bytes.bin");
  CHECK(body.substr(0, blocks[0].begin) == "Hello\r\n\r\n");
  CHECK(body.substr(blocks[0].end) == "Bye\r\n");
  std::string out;
  const auto result = decode_yenc(std::string_view(body).substr(blocks[0].begin, blocks[0].end - blocks[0].begin), out);
  CHECK(out == bytes);
  CHECK_FALSE(result.truncated);
}

TEST_CASE("a cut yEnc file gives what is there") {
  const std::string body = "=ybegin part=2 total=3 line=128 size=99 name=x\n=ypart begin=1 end=3\n" + encode("abc");
  const auto blocks = find_yenc(body);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].part == 2);
  CHECK(blocks[0].end == body.size());
  std::string out;
  CHECK(decode_yenc(body, out).truncated);
  CHECK(out == "abc");
}

TEST_CASE("talk about yEnc is no yEnc") {
  CHECK(find_yenc("It starts with =ybegin line=128 size=1 name=x\n").empty());
  CHECK(find_yenc("=ybegin marks the start\n").empty());
}

}  // namespace
}  // namespace poller
