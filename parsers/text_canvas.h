// Plain text being laid out: blanks collapse, blocks get lines of their own, quoted lines a ">", list items a mark.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

/// Text goes in piece by piece with the breaks between; what is pending (blanks, line ends, marks) is written only when
/// the next visible character comes, so that no line ends in blanks and no two blank lines follow one another.
class TextCanvas {
 public:
  /// Valid UTF-8. `preformatted`: blanks and line ends are kept.
  void write(std::string_view utf8, bool preformatted = false);
  /// Behind the last visible character, before any break that is pending: an address behind its link.
  void append_inline(std::string_view utf8);
  /// <br>.
  void line_break();
  /// The next character starts a line (1), or a line with a blank one above it (2).
  void block(int breaks = 1);

  void open_quote() { ++quote_depth_; }
  void close_quote() { --quote_depth_; }
  /// A list item: `mark` stands before its first line, blanks before the others.
  void open_item(std::string mark);
  void close_item();

  /// `data`: a table of data, its cells parted by " | "; in others they are parted by a tab.
  void open_table(bool data);
  void set_data_table();
  void close_table();
  void open_row();
  void close_row();
  void open_cell();
  void close_cell();

  /// Bytes of visible text so far; what comes next is written at or behind it.
  [[nodiscard]] std::size_t size() const noexcept { return out_.size(); }
  [[nodiscard]] std::string_view text() const noexcept { return out_; }
  std::string finish();

 private:
  struct Item {
    std::string mark;
    bool written = false;
  };
  struct Table {
    bool data = false;
    bool row_has_text = false;
    bool cell_has_text = false;
    std::size_t row_line = 0;  // where the row's first text stands
    int separators = 0;        // cells begun since the last text
    int breaks_before_cell = 0;
    int breaks_after_cell = 0;
    bool fresh_cell = false;  // a further cell of a row, nothing visible in it yet: its blocks start no line
  };

  void write_tab();
  void write_character(char32_t c, std::string_view bytes);
  void blank(bool hard);
  void begin_visible();
  void begin_new_line();
  void write_separators(Table& table);

  std::string out_;
  int breaks_ = 0;           // pending line ends, 2 at most
  std::size_t blanks_ = 0;   // pending blanks
  bool soft_blank_ = false;  // the last pending blank is a collapsed one
  bool hard_line_ = false;   // the pending line holds no-break spaces: it is a line even when nothing follows
  char32_t last_ = 0;        // last visible character
  std::size_t line_ = 0;
  int quote_depth_ = 0;
  int line_depth_ = 0;  // quote depth of the last line written
  std::vector<Item> items_;
  std::size_t hidden_items_ = 0;  // beyond the depth that is indented
  std::vector<Table> tables_;
  std::size_t hidden_tables_ = 0;  // likewise
};

}  // namespace poller
