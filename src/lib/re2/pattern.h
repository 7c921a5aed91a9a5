// RE2 behind small classes: patterns from configuration, matched in time linear in the text.
// Syntax: https://github.com/google/re2/wiki/Syntax
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace poller::re2 {

/// Memory that one pattern may take, in bytes. A pattern that needs more is refused. With 8 MB, counted repetitions of
/// Unicode classes ("\p{L}{5,40}") leave RE2's fast automaton no room: 400 ms a megabyte instead of 2.
constexpr std::size_t kPatternMemory = 32 * 1024 * 1024;

/// One compiled pattern. Matching is safe from several threads at once.
class Pattern {
 public:
  /// Throws Error(configuration) that names the pattern, the fault, and the piece it lies in.
  explicit Pattern(std::string_view pattern);
  Pattern(Pattern&& other) noexcept;
  Pattern& operator=(Pattern&& other) noexcept;
  ~Pattern();

  /// Whether the pattern occurs anywhere in `text`. Ill-formed UTF-8 matches as U+FFFD.
  [[nodiscard]] bool found_in(std::string_view text) const;
  /// Where it first occurs: the whole match, then each group (null data where a group took no part); empty without one.
  [[nodiscard]] std::vector<std::string_view> groups(std::string_view text) const;
  [[nodiscard]] const std::string& source() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace poller::re2
