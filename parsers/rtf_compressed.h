// Compressed RTF ([MS-OXRTFCP]), the form in which PR_RTF_COMPRESSED travels.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poller {

/// The RTF; what can be had of a cut one. Nothing when the header is none. At most `limit` bytes.
std::optional<std::string> decompress_rtf(std::string_view bytes, std::size_t limit);

}  // namespace poller
