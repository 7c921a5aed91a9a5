// What yaml-cpp does not refuse, or refuses with words that do not help.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/complaints.h"

namespace poller::config {

/// UTF-8 without control characters, and no tab as indentation; else a complaint at the place.
bool is_usable_text(const std::string& text, const std::string& file, Complaints& complaints);

/// yaml-cpp counts columns in bytes, editors in characters.
class Columns {
 public:
  explicit Columns(std::string_view text);
  /// The column in characters, from 1, of a byte of a line (both from 0). Cheap when asked in the order of the text.
  int of(int line, int byte);

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;  // of the lines
  int line_ = 0;                     // where it stands
  int byte_ = 0;
  int characters_ = 0;  // before it
};

/// Whether a quote begins at this place, after an anchor or a tag, and is never closed: yaml-cpp takes all the rest of
/// the file for the value. Lines and columns from 1, columns in code points.
bool is_unclosed_quote(const std::string& text, int line, int column);

/// A complaint of yaml-cpp's in an administrator's words.
std::string explain_yaml(const std::string& said);

}  // namespace poller::config
