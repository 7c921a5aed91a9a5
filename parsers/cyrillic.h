// Which of the Cyrillic charsets a text is in. They hold the same letters in other places, so that a text read in the
// wrong one is letters too: what tells them apart is how often each occurs, and where capitals stand.
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// "windows-1251", "koi8-r", "iso-8859-5", "ibm866" or "x-mac-cyrillic"; empty where the bytes are words in none.
std::string cyrillic_charset(std::string_view bytes);

}  // namespace poller
