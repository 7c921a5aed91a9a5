#include "threading/message_id.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace poller {
namespace {

KeyRing ring_of(const std::string& letters) {
  std::vector<Secret> keys;
  for (const char c : letters) keys.emplace_back(std::string(32, c));
  return KeyRing(std::move(keys));
}

}  // namespace

TEST_CASE("what was put into a Message-ID is read from it, whatever became of its case and domain") {
  const KeyRing ring = ring_of("a");
  for (const auto role : {TokenRole::customer, TokenRole::agent, TokenRole::alert}) {
    const MessageToken token{4711, 12, role};
    const std::string id = make_message_id(ring, token, "contoso.com");
    CHECK(id.size() < 100);
    CHECK(read_message_id(ring, id) == token);
    std::string loud;
    for (const char c : id) loud += text::upper(c);
    CHECK(read_message_id(ring, loud) == token);
    CHECK(read_message_id(ring, id.substr(0, id.find('@')) + "@other.example") == token);
  }
  CHECK_THROWS_AS(make_message_id(ring, {-1, 1, TokenRole::customer}, "contoso.com"), Error);
}

TEST_CASE("no single changed character of the part before the domain leaves a Message-ID valid") {
  const KeyRing ring = ring_of("a");
  const std::string id = make_message_id(ring, {4711, 12, TokenRole::customer}, "contoso.com");
  for (std::size_t at = 0; at <= id.find('@'); ++at) {
    for (const char other : {'0', '1', 'a', 'c', '.', '@', 'z'}) {
      std::string forged = id;
      if (forged[at] == other) continue;
      forged[at] = other;
      CHECK_FALSE(read_message_id(ring, forged));
    }
  }
}

TEST_CASE("ids that are none of ours give nothing") {
  const KeyRing ring = ring_of("a");
  for (const char* id : {"", "@", "poller", "poller@x", "poller.c.1.1@x", "poller.c.1.1.@x", "poller.c.-1.1.00@x",
                         "poller.c.99999999999999999999.1.000000000000000000000000@x", "CAF=1234@mail.gmail.com"}) {
    CHECK_FALSE(read_message_id(ring, id));
  }
}

TEST_CASE("the newest key signs, older ones verify as long as they are in the ring") {
  const MessageToken token{7, 8, TokenRole::customer};
  const std::string old = make_message_id(ring_of("a"), token, "x");
  CHECK(read_message_id(ring_of("ab"), old) == token);
  CHECK_FALSE(read_message_id(ring_of("b"), old));
  const std::string fresh = make_message_id(ring_of("ab"), token, "x");
  CHECK(fresh == make_message_id(ring_of("b"), token, "x"));
  CHECK_FALSE(read_message_id(ring_of("a"), fresh));
}

TEST_CASE("a ring without keys, or with a short one, is refused") {
  CHECK_THROWS_AS(KeyRing({}), Error);
  std::vector<Secret> weak;
  weak.emplace_back(std::string("short"));
  CHECK_THROWS_AS(KeyRing(std::move(weak)), Error);
}

}  // namespace poller
