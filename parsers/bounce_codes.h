// Codes in the wording of delivery errors: SMTP reply codes (RFC 5321 section 4.2), enhanced status codes (RFC 3463),
// and the status that a text without codes means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poller {

/// The enhanced status code that says most: "5.1.1" before "5.0.0". Nothing when there is none of class 2, 4 or 5.
std::optional<std::string> find_status_code(std::string_view text);

/// The reply code, 4xx or 5xx, that a server's answer in `text` begins with. `at`: where it stands, for those who ask.
std::optional<int> find_reply_code(std::string_view text, std::size_t* at = nullptr);

/// What a text means that bears no status code, by its wording: "user unknown" is 5.1.1 (4.1.1 with `temporary`).
/// Nothing when no known phrase is in it.
std::optional<std::string> status_by_wording(std::string_view text, bool temporary);

/// Whether the code says too little to stand against a better one: "5.0.0", "4.0.0", "5.1.0".
bool is_vague_status(std::string_view status) noexcept;

}  // namespace poller
