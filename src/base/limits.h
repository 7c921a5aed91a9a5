// Every limit and deadline that is not configuration, in one place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace poller {

/// What a mail may cost. Beyond a limit the mail is cut, never refused; Mail::defects says where.
struct ParseLimits {
  int depth = 50;                         // nested entities
  int parts = 2000;                       // leaves and containers together
  int fields = 2000;                      // header fields of one block
  std::size_t header_block = 256 * 1024;  // bytes of one header block
  std::size_t field = 64 * 1024;          // bytes of one field
  std::size_t boundary = 200;             // bytes (RFC 2046 section 5.1.1 allows 70)
  int parameters = 64;                    // of one field
  std::size_t text = 2 * 1024 * 1024;     // decoded bytes of the text, and of the HTML, that are kept
  double decoded_to_raw = 2.0;            // decoded bytes in all, as a multiple of the raw ones
  int addresses = 10000;                  // of one field
};

/// Deadlines of conversations with servers. Configuration may shorten them (tests do).
struct Deadlines {
  std::chrono::milliseconds connect{30'000};
  std::chrono::milliseconds command{60'000};         // until the tagged answer of an ordinary command
  std::chrono::milliseconds body_progress{300'000};  // a body without a byte of progress
  std::chrono::milliseconds idle_renew{600'000};
};

constexpr std::size_t kCommandOctets = 8000;              // Exchange refuses longer commands
constexpr std::size_t kBytesInFlight = 64 * 1024 * 1024;  // asked for and not yet handled
constexpr std::uint64_t kDefaultMaxSize = 35'000'000;
constexpr int kMaxAttempts = 3;  // then quarantine

}  // namespace poller
