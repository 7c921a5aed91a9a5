// ICU's converters and its charset detector, behind two functions. Thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace poller::icu {

/// Loads ICU, which otherwise comes with the first text that needs it.
void load();

/// Whether ICU has a converter of that name or alias.
bool known(const std::string& charset);

struct Conversion {
  bool known = false;        // ICU has a converter of that name
  std::size_t replaced = 0;  // ill-formed or unassigned sequences that became U+FFFD
};

/// Appends `bytes`, which are in `charset` (any name or alias that ICU knows), to `out` as UTF-8.
/// Appends nothing when the charset is not known.
Conversion convert(std::string_view bytes, const std::string& charset, std::string& out);

struct Guess {
  std::string charset;
  int confidence = 0;  // 0..100, ICU's own scale
};

/// What the detector takes `bytes` for; looks at the first 16 KB. `markup`: skip what stands between "<" and ">".
std::optional<Guess> detect(std::string_view bytes, bool markup);

}  // namespace poller::icu
