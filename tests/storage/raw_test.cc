#include "storage/raw.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/text.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {
namespace {

std::string noise(std::size_t size) {
  std::string out;
  for (std::uint32_t state = 1; out.size() < size; state = state * 1'664'525 + 1'013'904'223) {
    out += static_cast<char>(state >> 24);
  }
  return out;
}

void check_round_trip(const std::string& bytes, PackedRaw::Codec expected) {
  const PackedRaw packed = pack_raw(std::string(bytes), "hash");
  CHECK(packed.codec == expected);
  CHECK(packed.size == bytes.size());
  CHECK(packed.sha256 == "hash");
  CHECK(unpack_raw(packed.codec, packed.bytes, packed.size) == bytes);
  if (expected == PackedRaw::Codec::zstd) CHECK(packed.bytes.size() < bytes.size() * 9 / 10);
}

bool is_refused(PackedRaw::Codec codec, std::string_view packed, std::uint64_t size) {
  try {
    unpack_raw(codec, packed, size);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::corrupt;
  }
  return false;
}

}  // namespace

TEST_CASE("raw mails are packed where it pays") {
  check_round_trip("", PackedRaw::Codec::none);
  check_round_trip("short", PackedRaw::Codec::none);
  check_round_trip(std::string(1'000, 'a'), PackedRaw::Codec::zstd);
  check_round_trip(std::string(5'000'000, 'a'), PackedRaw::Codec::zstd);
  check_round_trip(noise(1'000), PackedRaw::Codec::none);
  check_round_trip(noise(1'000'000), PackedRaw::Codec::none);
  // Base64 of something compressed would give a quarter; it costs more than it saves.
  check_round_trip(std::string(2'000, 'a') + text::base64(noise(300'000)), PackedRaw::Codec::none);
  check_round_trip(text::base64(std::string(300'000, 'a')), PackedRaw::Codec::zstd);
}

TEST_CASE("damaged bytes are refused") {
  const PackedRaw packed = pack_raw(std::string(1'000, 'a') + noise(50), "");
  REQUIRE(packed.codec == PackedRaw::Codec::zstd);
  CHECK(is_refused(packed.codec, packed.bytes, packed.size + 1));
  CHECK(is_refused(packed.codec, std::string_view(packed.bytes).substr(0, packed.bytes.size() - 1), packed.size));
  CHECK(is_refused(packed.codec, "", packed.size));
  for (std::size_t i = 0; i < packed.bytes.size(); ++i) {
    std::string damaged = packed.bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    CAPTURE(i);
    bool same = false;
    try {
      same = unpack_raw(packed.codec, damaged, packed.size) == std::string(1'000, 'a') + noise(50);
    } catch (const Error&) {
      same = true;
    }
    CHECK(same);  // told, or without effect; never other bytes
  }
  CHECK(is_refused(PackedRaw::Codec::none, "abc", 4));
  CHECK(is_refused(static_cast<PackedRaw::Codec>(9), "abc", 3));
}

}  // namespace poller::storage_test
