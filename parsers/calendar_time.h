// When a meeting is, in words: DTSTART, DTEND, DURATION and RRULE of RFC 5545. Times are given as they stand, with the
// name of their time zone; nothing is converted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parsers/calendar_lines.h"

namespace poller {

struct CalendarTime {
  long day = 0;               // days since 1970-01-01
  std::optional<int> minute;  // of the day; nothing for a whole day
  std::string zone;           // "UTC", the TZID as it stands, or empty for floating time
};

/// DTSTART, DTEND, DUE, RECURRENCE-ID; also a first value of a list.
std::optional<CalendarTime> read_calendar_time(const CalendarLine& line);

/// `start` moved on by a DURATION value ("PT1H30M", "P2D"); nothing when it is none.
std::optional<CalendarTime> add_duration(const CalendarTime& start, std::string_view duration);

/// "Tuesday, 14 May 2024, 10:00 to 11:30 (Europe/Berlin)". DTEND of whole days is exclusive (section 3.6.1).
std::string describe_times(const CalendarTime& start, const std::optional<CalendarTime>& end);

/// "every 2 weeks on Monday and Friday, 10 times"; empty for what cannot be said in a few words.
std::string describe_recurrence(std::string_view rrule);

}  // namespace poller
