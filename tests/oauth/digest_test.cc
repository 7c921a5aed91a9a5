#include "lib/openssl/digest.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "base/text.h"
#include "lib/openssl/random.h"

namespace poller {

TEST_CASE("SHA-256 gives the values of FIPS 180-4's examples") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abc") == Sha256().update("abc").digest());
}

TEST_CASE("a hash fed in pieces is the hash of the whole, and starts anew afterwards") {
  const std::string text(1000, 'x');
  Sha256 hash;
  for (std::size_t at = 0; at < text.size(); at += 7) hash.update(std::string_view(text).substr(at, 7));
  CHECK(hash.hex() == sha256_hex(text));
  CHECK(hash.update("abc").hex() == sha256_hex("abc"));
  Sha256 moved = std::move(hash);
  CHECK(moved.update("abc").hex() == sha256_hex("abc"));
}

TEST_CASE("HMAC-SHA-256 gives the values of RFC 4231") {
  CHECK(text::hex(hmac_sha256(Secret(std::string(20, '\x0b')), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(text::hex(hmac_sha256(Secret("Jefe"), "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("comparison in constant time") {
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
  CHECK(equal_in_constant_time("", ""));
}

TEST_CASE("random bytes differ") {
  CHECK(random_bytes(32).size() == 32);
  CHECK(random_bytes(32) != random_bytes(32));
}

}  // namespace poller
