// Many short words looked for in one pass over a text (Aho and Corasick, 1975): a few nanoseconds a byte, however many
// words there are and whatever the text holds.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poller::re2 {

class Substrings {
 public:
  /// `words` are lower-case ASCII and not empty. Of a word only its first kLongest bytes are looked for.
  explicit Substrings(const std::vector<std::string>& words);

  /// For each word whether it occurs, letters compared as RE2's (?i) does: "K" and the Kelvin sign are "k", "ſ" is "s".
  [[nodiscard]] std::vector<bool> found_in(std::string_view text) const;

  static constexpr std::size_t kLongest = 24;

 private:
  void add_word(std::string_view word, std::size_t index);
  void add_failures();
  [[nodiscard]] std::size_t at(std::size_t state, unsigned char c) const { return state * width_ + class_[c]; }

  std::size_t words_ = 0;
  std::array<std::uint16_t, 256> class_{};         // of a byte; 0: in no word
  std::size_t width_ = 1;                          // number of classes
  std::vector<std::uint32_t> next_;                // state × class → state
  std::vector<std::vector<std::size_t>> endings_;  // of a state: the words that end there
};

}  // namespace poller::re2
