// Files read within a limit and written so that a reader sees the old content or the new, never half of it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace poller {

/// The whole file. Throws Error: no_input when it cannot be opened or read, limit when it is larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes);

/// Writes `content` beside `path`, syncs it, renames it over `path`, and syncs the folder.
/// After it returns the content survives a power loss. Throws Error(storage); the old file is then still whole.
void write_file_atomically(const std::filesystem::path& path, std::string_view content, unsigned mode = 0600);

/// Makes what was renamed, made or removed in the folder survive a power loss. Throws Error(storage).
void sync_folder(const std::filesystem::path& folder);

/// Whether the group or others may read the file (secrets are refused then).
bool readable_by_others(const std::filesystem::path& path);

}  // namespace poller
