// A plain-text body as lines, and what can be told of one line by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

/// Of more than two blank lines in a row, two are kept.
class QuoteLines {
 public:
  explicit QuoteLines(std::string_view text);

  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  /// Without blanks at either end.
  [[nodiscard]] std::string_view at(std::size_t i) const;
  /// As it stands, without the line end.
  [[nodiscard]] std::string_view raw(std::size_t i) const { return text_.substr(lines_[i].begin, lines_[i].size); }
  [[nodiscard]] bool blank(std::size_t i) const { return lines_[i].trimmed_size == 0; }
  /// Starts with ">": quoted, unless the ">" closes a "<" of the line before.
  [[nodiscard]] bool quoted(std::size_t i) const { return lines_[i].quoted; }
  /// Takes the mark off lines [first, last): they are the sender's own.
  void set_own(std::size_t first, std::size_t last);
  /// Nothing but dashes, underscores, asterisks and the like, at least two of them.
  [[nodiscard]] bool rule(std::size_t i) const { return lines_[i].rule; }

  /// The first line from `i` on that is not blank, or size().
  [[nodiscard]] std::size_t next_visible(std::size_t i) const;
  /// Lines [first, last) as text, blank lines at both ends and trailing blanks cut off.
  [[nodiscard]] std::string join(std::size_t first, std::size_t last) const;
  /// The line that the byte at `offset` lies in.
  [[nodiscard]] std::size_t line_of(std::size_t offset) const;

 private:
  struct Line {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;  // without the line end
    std::uint32_t trimmed_begin = 0;
    std::uint32_t trimmed_size = 0;
    bool quoted = false;
    bool rule = false;
  };

  std::string_view text_;
  std::vector<Line> lines_;
};

/// Without the blanks at either end, those beyond ASCII too: no-break, narrow and ideographic ones, zero-width marks.
std::string_view trim_blanks(std::string_view s);

/// The text of a quoted line, without ">" and "> >".
std::string_view without_quote_marks(std::string_view line);

}  // namespace poller
