// Meetings (iCalendar, iTIP: RFC 5545, 5546) as a sentence for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poller {

struct CalendarNote {
  std::string method;  // upper case: REQUEST, CANCEL, REPLY, …; may be empty
  std::string notice;  // what, when, where, organizer: a few lines of UTF-8
};

/// `ics` is UTF-8. Nothing when it holds no VEVENT, VTODO or VJOURNAL.
std::optional<CalendarNote> read_calendar(std::string_view ics);

}  // namespace poller
