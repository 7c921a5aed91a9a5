// RTF in tokens (RTF 1.9.1 "RTF Syntax").
#pragma once

#include <optional>
#include <string_view>

namespace poller {

struct RtfToken {
  enum Kind { open, close, word, symbol, byte, literal, end };
  Kind kind = end;
  std::string_view name;         // word: without backslash
  std::optional<int> parameter;  // word: its number
  char character = 0;            // symbol: the character after the backslash; byte: \'hh; literal: itself
};

class RtfTokenizer {
 public:
  explicit RtfTokenizer(std::string_view rtf) noexcept : rtf_(rtf) {}
  /// Line ends are skipped, as is the binary that \bin announces.
  RtfToken next() noexcept;

 private:
  RtfToken control() noexcept;
  RtfToken control_word() noexcept;

  std::string_view rtf_;
  std::size_t pos_ = 0;
};

}  // namespace poller
