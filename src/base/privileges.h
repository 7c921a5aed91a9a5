// A command that root runs by hand must not leave files behind that the service cannot open.
#pragma once

#include <filesystem>

namespace poller {

/// Run as root: becomes, for good, the user who owns `folder_or_file`, or its nearest ancestor that exists, with that
/// user's groups. Call it after secrets have been read and before a file is opened or created, while there is one
/// thread. Does nothing when not root, when the owner is root, and (with a warning) when the owner himself cannot enter
/// that folder: then no service of his can live there. Throws Error(configuration) when the change fails.
void become_owner_of(const std::filesystem::path& folder_or_file);

/// What root makes in somebody's folder is that somebody's: gives the open file or folder to the owner of `folder`.
/// Nothing happens for anybody but root. Call it only for what was just made by this process.
void give_to_owner_of(const std::filesystem::path& folder, int descriptor) noexcept;

}  // namespace poller
