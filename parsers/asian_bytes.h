// Scripts that are known by how their bytes follow each other, in charsets that ICU's detector does not know or not in
// short texts.
#pragma once

#include <string_view>

namespace poller {

/// Whether the bytes outside ASCII are Thai in TIS-620 (windows-874): vowels and tone marks stand where Thai has them.
bool is_thai(std::string_view bytes) noexcept;

/// Whether they are Shift_JIS, at least half of it kana.
bool is_shift_jis_kana(std::string_view bytes) noexcept;

}  // namespace poller
