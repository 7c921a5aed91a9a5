// File names of attachments: made safe, or made up by type.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poller {

/// `decoded` is the name a mail gives, already UTF-8. No path, no control or bidi-override characters, no device names
/// (CON, NUL, …), no leading or trailing dots and blanks that hurt, at most 255 bytes with the extension kept. Nothing
/// when nothing is left.
std::optional<std::string> safe_file_name(std::string_view decoded);

/// A safe name without the characters that Windows does not take in names either (* ? " < > | :), "_" in their place:
/// for files that are written.
std::string portable_file_name(std::string_view safe_name);

/// A name for a nameless attachment when it is saved: "attachment-3.pdf".
std::string made_up_file_name(std::string_view content_type, int number);

/// The type a file name's extension stands for, or "application/octet-stream".
std::string type_of_file_name(std::string_view file_name);

}  // namespace poller
