// Which Latin charset a text without a label is in, by the alphabet that holds all its letters.
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// Of a text in Latin letters: the charset in which all of them belong to one Central European, Baltic or Turkish
/// alphabet. Empty where a Western one holds them, where none does, or where there are too few to tell.
std::string latin_charset(std::string_view bytes);

}  // namespace poller
