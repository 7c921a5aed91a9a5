// Many patterns and one long text: which of them can occur at all is found in one pass, by the words without which
// they cannot. RE2's own sets were tried: fast until patterns have gaps (".*"), then seconds a megabyte.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace poller::re2 {

/// Safe to use from several threads at once.
class PatternScreen {
 public:
  /// Patterns that Pattern accepts.
  explicit PatternScreen(const std::vector<std::string>& patterns);
  PatternScreen(PatternScreen&& other) noexcept;
  PatternScreen& operator=(PatternScreen&& other) noexcept;
  ~PatternScreen();

  /// For each pattern whether it may occur in `text`; false is certain.
  [[nodiscard]] std::vector<bool> may_occur(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace poller::re2
