// Upper and lower case of the scripts that mail clients' own words are written in, without locale or tables of ICU.
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// Lower case of one code point: Latin (with Vietnamese), Greek, Cyrillic, Armenian; others as they are. Turkish dotted
/// and dotless i both become "i".
char32_t fold_case(char32_t c) noexcept;

/// The same for UTF-8 text.
std::string fold_case(std::string_view text);

/// The decimal digits of other scripts (Arabic, Persian, Indic, Thai, wide ones) as ASCII; all else as it is.
std::string ascii_digits(std::string_view text);

/// Whether a person would read it as a letter or a digit: everything but ASCII and Unicode punctuation, blanks,
/// controls.
bool is_word_character(char32_t c) noexcept;

}  // namespace poller
