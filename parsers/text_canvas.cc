#include "parsers/text_canvas.h"

#include <algorithm>

#include "base/text.h"

namespace poller {

namespace {

// Deeper nesting is kept in count but not shown: each line repeats the marks of all levels.
constexpr int kShownQuotes = 10;
constexpr std::size_t kShownItems = 10;
constexpr std::size_t kShownTables = 64;
constexpr int kShownSeparators = 32;

/// Characters without width that only fill preheaders or say where a line may break.
bool is_filler(char32_t c) {
  return c == 0xAD || c == 0x34F || c == 0x180E || c == 0x200B || c == 0x2060 || c == 0xFEFF || c == 0;
}

/// Joiners mean something in emoji and in Arabic and Indic scripts, and are filler elsewhere.
bool is_joiner(char32_t c) { return c == 0x200C || c == 0x200D; }
bool takes_joiner(char32_t c) { return c >= 0x600 && !(c >= 0x1E00 && c < 0x2190); }

bool is_plain(char c) { return c > ' ' && static_cast<unsigned char>(c) < 0x7F; }

bool is_wide_blank(char32_t c) { return c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F; }

}  // namespace

void TextCanvas::write(std::string_view utf8, bool preformatted) {
  std::size_t pos = 0;
  while (pos < utf8.size()) {
    const char byte = utf8[pos];
    if (is_plain(byte)) {
      // The common case in one go: a run of printable ASCII.
      std::size_t end = pos + 1;
      while (end < utf8.size() && is_plain(utf8[end])) ++end;
      begin_visible();
      out_ += utf8.substr(pos, end - pos);
      last_ = static_cast<unsigned char>(utf8[end - 1]);
      pos = end;
    } else if (text::is_space(byte)) {
      if (preformatted && byte == '\n')
        line_break();
      else if (!preformatted)
        blank(false);
      else if (byte == '\t')
        write_tab();
      else if (byte != '\r')
        blank(true);
      ++pos;
    } else {
      const std::size_t start = pos;
      const char32_t c = text::next_code_point(utf8, pos);
      write_character(c, utf8.substr(start, pos - start));
    }
  }
}

// The columns of a listing or a log.
void TextCanvas::write_tab() {
  begin_visible();
  out_ += '\t';
  last_ = U'\t';
}

void TextCanvas::write_character(char32_t c, std::string_view bytes) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0) || is_filler(c)) return;
  if (is_wide_blank(c)) return blank(true);
  if (c == 0x2028 || c == 0x2029) return line_break();
  if (is_joiner(c) && (blanks_ > 0 || breaks_ > 0 || !takes_joiner(last_))) return;
  begin_visible();
  out_ += bytes;
  last_ = c;
}

void TextCanvas::blank(bool hard) {
  const bool empty_line = out_.empty() || breaks_ > 0;
  if (hard) {
    ++blanks_;
    soft_blank_ = false;
    if (empty_line) hard_line_ = true;
  } else if (!soft_blank_ && !(empty_line && blanks_ == 0)) {
    ++blanks_;
    soft_blank_ = true;
  }
}

void TextCanvas::line_break() {
  breaks_ = std::min(2, breaks_ + 1);
  blanks_ = 0;
  soft_blank_ = hard_line_ = false;
}

void TextCanvas::block(int breaks) {
  if (!tables_.empty() && tables_.back().fresh_cell) return;
  if (hard_line_) breaks = std::max(breaks, breaks_ + 1);
  breaks_ = std::min(2, std::max(breaks, breaks_));
  blanks_ = 0;
  soft_blank_ = hard_line_ = false;
}

void TextCanvas::begin_new_line() {
  const int depth = std::min(quote_depth_, kShownQuotes);
  if (!out_.empty()) {
    out_ += '\n';
    if (breaks_ > 1) {
      out_.append(static_cast<std::size_t>(std::min(depth, line_depth_)), '>');
      out_ += '\n';
    }
  }
  breaks_ = 0;
  ++line_;
  line_depth_ = depth;
  if (depth > 0) {
    out_.append(static_cast<std::size_t>(depth), '>');
    out_ += ' ';
  }
  for (Item& item : items_) {
    if (item.written)
      out_.append(item.mark.size(), ' ');
    else
      out_ += item.mark;
    item.written = true;
  }
}

void TextCanvas::write_separators(Table& table) {
  if (table.separators == 0) return;
  if (!table.data) {
    if (table.row_has_text) out_ += '\t';
  } else {
    for (int i = 0; i < std::min(table.separators, kShownSeparators); ++i) {
      if (table.row_has_text || i > 0) out_ += ' ';
      out_ += '|';
    }
    out_ += ' ';
  }
  table.separators = 0;
}

void TextCanvas::begin_visible() {
  const bool new_line = out_.empty() || breaks_ > 0;
  if (!new_line && blanks_ == 0 && (tables_.empty() || tables_.back().cell_has_text)) return;
  if (new_line) begin_new_line();
  if (!tables_.empty() && !tables_.back().cell_has_text) {
    Table& table = tables_.back();
    if (!new_line || !table.row_has_text) {
      if (table.separators > 0) blanks_ = 0;
      write_separators(table);
    }
    if (!table.row_has_text) table.row_line = line_;
    table.separators = 0;
    table.row_has_text = table.cell_has_text = true;
    table.fresh_cell = false;
  }
  out_.append(blanks_, ' ');
  blanks_ = 0;
  soft_blank_ = hard_line_ = false;
}

void TextCanvas::append_inline(std::string_view utf8) {
  out_ += utf8;
  last_ = 0;
}

void TextCanvas::open_item(std::string mark) {
  if (items_.size() < kShownItems)
    items_.push_back({std::move(mark), false});
  else
    ++hidden_items_;
}

void TextCanvas::close_item() {
  if (hidden_items_ > 0)
    --hidden_items_;
  else if (!items_.empty())
    items_.pop_back();
}

void TextCanvas::open_table(bool data) {
  block(data ? 2 : 1);
  if (tables_.size() >= kShownTables) {
    ++hidden_tables_;
    return;
  }
  tables_.emplace_back();
  tables_.back().data = data;
}

void TextCanvas::set_data_table() {
  if (!tables_.empty() && hidden_tables_ == 0) tables_.back().data = true;
}

void TextCanvas::close_table() {
  bool data = false;
  if (hidden_tables_ > 0) {
    --hidden_tables_;
  } else if (!tables_.empty()) {
    const Table inner = tables_.back();
    tables_.pop_back();
    data = inner.data;
    // What the inner table showed, the cell around it shows.
    if (!tables_.empty() && inner.row_line > 0) {
      tables_.back().cell_has_text = tables_.back().row_has_text = true;
      tables_.back().fresh_cell = false;
      tables_.back().separators = 0;
    }
  }
  block(data ? 2 : 1);
}

void TextCanvas::open_row() {
  block(1);
  if (tables_.empty() || hidden_tables_ > 0) return;
  Table& table = tables_.back();
  table.row_has_text = table.cell_has_text = table.fresh_cell = false;
  table.separators = 0;
  table.breaks_after_cell = 0;
}

void TextCanvas::close_row() {
  const int breaks = tables_.empty() ? 1 : std::max(1, tables_.back().breaks_after_cell);
  if (!tables_.empty()) tables_.back().fresh_cell = false;
  block(breaks);
}

void TextCanvas::open_cell() {
  if (tables_.empty() || hidden_tables_ > 0) return block(1);
  Table& table = tables_.back();
  if (table.row_has_text && line_ != table.row_line) {
    block(1);  // a row of several lines: its cells stand one below the other
    table.separators = 0;
  } else if (table.row_has_text) {
    ++table.separators;
    table.fresh_cell = true;
  }
  table.cell_has_text = false;
  table.breaks_before_cell = breaks_;
}

void TextCanvas::close_cell() {
  if (tables_.empty() || hidden_tables_ > 0) return block(1);
  Table& table = tables_.back();
  if (table.cell_has_text) table.breaks_after_cell = std::max(table.breaks_after_cell, breaks_);
  breaks_ = table.cell_has_text ? 0 : table.breaks_before_cell;
  if (!table.row_has_text && table.data) ++table.separators;
  table.fresh_cell = false;
  blanks_ = 0;
  soft_blank_ = hard_line_ = false;
}

std::string TextCanvas::finish() { return std::move(out_); }

}  // namespace poller
