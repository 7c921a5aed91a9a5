// iCalendar content lines (RFC 5545 section 3.1; vCalendar 1.0's quoted-printable too): unfolding, parameters, escapes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace poller {

struct CalendarLine {
  std::string name;                                             // upper case
  std::vector<std::pair<std::string, std::string>> parameters;  // names upper case, values without quotes
  std::string value;                                            // as it stands, see calendar_text

  /// The parameter's value, or empty.
  [[nodiscard]] std::string_view parameter(std::string_view key) const noexcept;
};

/// Takes the unfolded line that begins at `pos` and moves on; nothing at the end. A line is cut at 8 KB, the rest
/// skipped.
std::optional<CalendarLine> take_calendar_line(std::string_view ics, std::size_t& pos);

/// A TEXT value (section 3.3.11) on one line: escapes undone, line ends and control characters as blanks, at most
/// `limit` bytes.
std::string calendar_text(const CalendarLine& line, std::size_t limit);

}  // namespace poller
