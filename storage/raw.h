// Raw mail as it is kept: once per SHA-256, compressed where it pays. Packing costs CPU and touches no store, so that
// it can be done beside the thread that commits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace poller {

struct PackedRaw {
  enum class Codec : std::uint8_t { none = 0, zstd = 1 };
  std::string sha256;      // hex, of the unpacked bytes
  std::uint64_t size = 0;  // of the unpacked bytes
  Codec codec = Codec::none;
  std::string bytes;  // packed
};

/// Takes the bytes over; `sha256` is theirs, known from parsing.
PackedRaw pack_raw(std::string&& bytes, std::string sha256);

/// The reverse. Throws Error(corrupt) when the bytes do not unpack to `size`.
std::string unpack_raw(PackedRaw::Codec codec, std::string_view packed, std::uint64_t size);

}  // namespace poller
