// zstd (RFC 8878), whole buffers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poller::zstd {

/// `bytes` packed, or nothing when they would need `room` bytes or more. The frame bears a checksum.
std::optional<std::string> compress(std::string_view bytes, int level, std::size_t room);

/// The reverse; nothing when `packed` is damaged or does not give exactly `size` bytes.
std::optional<std::string> decompress(std::string_view packed, std::uint64_t size);

}  // namespace poller::zstd
