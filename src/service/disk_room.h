// Room left on the disk of the storage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/error.h"

namespace poller {

/// With less room than this nothing is fetched; what is there already must still be committed and settled.
constexpr std::uint64_t kStorageReserve = 256'000'000;

/// Once too little it must be a quarter more than enough, so that it does not flutter.
constexpr std::uint64_t enough_again(std::uint64_t reserve) { return reserve + reserve / 4; }

/// Bytes that this process may still write where `file` lies; nothing when it cannot be told.
std::optional<std::uint64_t> room_for(const std::filesystem::path& file) noexcept;

/// Error(temporary), in numbers and with what to do, where nothing is to be fetched for want of room there.
std::optional<Error> too_little_room(const std::filesystem::path& storage, std::uint64_t wanted = kStorageReserve);

}  // namespace poller
