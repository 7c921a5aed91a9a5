// Room left on the disk of the storage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace poller {

/// With less room than this nothing is fetched; what is there already must still be committed and settled.
constexpr std::uint64_t kStorageReserve = 256'000'000;

/// Bytes that this process may still write where `file` lies; nothing when it cannot be told.
std::optional<std::uint64_t> room_for(const std::filesystem::path& file) noexcept;

}  // namespace poller
