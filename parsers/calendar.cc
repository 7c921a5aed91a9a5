#include "parsers/calendar.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/calendar_lines.h"
#include "parsers/calendar_time.h"

namespace poller {
namespace {

constexpr std::size_t kMaxCalendar = 1024 * 1024;  // of a part; more are a holiday calendar, no meeting
constexpr std::size_t kMaxCalendarText = 300;      // bytes of one summary, place or name

struct CalendarAttendee {
  std::string who;
  std::string answer;  // PARTSTAT
};

struct CalendarEntry {
  std::string component;  // VEVENT, VTODO, VJOURNAL
  std::string summary, where, organizer, comment, recurrence, status, duration;
  std::optional<CalendarTime> start, end, replaces;
  std::optional<CalendarAttendee> attendee;  // the first
};

// "Anna Example <anna@example.org>" out of CN and a mailto: URI.
std::string calendar_person(const CalendarLine& line) {
  std::string_view address = text::trim(line.value);
  if (text::istarts_with(address, "mailto:")) address.remove_prefix(7);
  CalendarLine name_line;
  name_line.value = std::string(line.parameter("CN"));
  const std::string name = calendar_text(name_line, kMaxCalendarText);
  CalendarLine address_line;
  address_line.value = std::string(address);
  const std::string plain = calendar_text(address_line, kMaxCalendarText);
  if (plain.find('@') == std::string::npos) return name.empty() ? plain : name;
  return name.empty() || name == plain ? plain : name + " <" + plain + ">";
}

void read_entry_line(const CalendarLine& line, CalendarEntry& entry) {
  const auto keep = [&](std::string& field) {
    if (field.empty()) field = calendar_text(line, kMaxCalendarText);
  };
  if (line.name == "SUMMARY") keep(entry.summary);
  if (line.name == "LOCATION") keep(entry.where);
  if (line.name == "COMMENT") keep(entry.comment);
  if (line.name == "STATUS") keep(entry.status);
  if (line.name == "DTSTART" && !entry.start) entry.start = read_calendar_time(line);
  if ((line.name == "DTEND" || line.name == "DUE") && !entry.end) entry.end = read_calendar_time(line);
  if (line.name == "RECURRENCE-ID" && !entry.replaces) entry.replaces = read_calendar_time(line);
  if (line.name == "DURATION" && entry.duration.empty()) entry.duration = line.value.substr(0, 40);
  if (line.name == "RRULE" && entry.recurrence.empty()) entry.recurrence = describe_recurrence(line.value);
  if (line.name == "ORGANIZER" && entry.organizer.empty()) entry.organizer = calendar_person(line);
  if (line.name == "ATTENDEE" && !entry.attendee) {
    entry.attendee = CalendarAttendee{calendar_person(line), std::string(line.parameter("PARTSTAT"))};
  }
}

bool is_entry(std::string_view component) noexcept {
  return component == "VEVENT" || component == "VTODO" || component == "VJOURNAL";
}

struct CalendarContent {
  std::string method;
  CalendarEntry first;
  int entries = 0;
};

CalendarContent read_content(std::string_view ics) {
  CalendarContent content;
  int inner = 0;  // depth below the entry: alarms
  bool within = false;
  std::size_t pos = 0;
  while (const auto line = take_calendar_line(ics, pos)) {
    std::string component;
    if (line->name == "BEGIN" || line->name == "END") {
      for (const char c : text::trim(line->value)) component += text::upper(c);
    }
    if (line->name == "BEGIN") {
      if (within) {
        ++inner;
      } else if (is_entry(component)) {
        within = true;
        inner = 0;
        if (++content.entries == 1) content.first.component = component;
      }
    } else if (line->name == "END" && within) {
      within = inner-- > 0;
    } else if (within && inner == 0 && content.entries == 1) {
      read_entry_line(*line, content.first);
    } else if (!within && line->name == "METHOD" && content.method.empty()) {
      for (const char c : text::trim(line->value).substr(0, 40)) content.method += text::upper(c);
    }
  }
  CalendarEntry& first = content.first;
  if (!first.end && first.start && !first.duration.empty()) first.end = add_duration(*first.start, first.duration);
  return content;
}

std::string answer_in_words(const CalendarEntry& entry) {
  if (!entry.attendee) return "Answer to an invitation";
  const std::string& answer = entry.attendee->answer;
  const char* verb = "answered";
  if (text::iequals(answer, "ACCEPTED")) verb = "accepted";
  if (text::iequals(answer, "DECLINED")) verb = "declined";
  if (text::iequals(answer, "TENTATIVE")) verb = "accepted tentatively";
  if (text::iequals(answer, "DELEGATED")) verb = "delegated";
  return "Invitation " + std::string(verb) + " by " + entry.attendee->who;
}

std::string headline(const CalendarContent& content) {
  const CalendarEntry& entry = content.first;
  const std::string& method = content.method;
  if (method == "REPLY") return answer_in_words(entry);
  std::string thing = "Meeting";
  if (entry.component == "VTODO") thing = "Task";
  if (entry.component == "VJOURNAL") thing = "Journal entry";
  if (method == "CANCEL" || text::iequals(entry.status, "CANCELLED")) return thing + " cancelled";
  if (method == "REQUEST") return entry.component == "VEVENT" ? "Meeting request" : thing + " request";
  if (method == "COUNTER") return "New time proposed" + (entry.attendee ? " by " + entry.attendee->who : "");
  if (method == "DECLINECOUNTER") return "Proposed time declined";
  if (method == "ADD") return thing + " added to a series";
  if (method == "REFRESH") return "Details of a meeting asked for";
  return entry.component == "VEVENT" ? "Calendar entry" : thing;
}

std::string when_in_words(const CalendarEntry& entry) {
  if (!entry.start) return entry.end ? "until " + describe_times(*entry.end, std::nullopt) : std::string();
  std::string when = describe_times(*entry.start, entry.end);
  if (!entry.recurrence.empty()) when += ", " + entry.recurrence;
  if (entry.replaces) when += " (one of a series, instead of " + describe_times(*entry.replaces, std::nullopt) + ")";
  return when;
}

}  // namespace

std::optional<CalendarNote> read_calendar(std::string_view ics) {
  const CalendarContent content = read_content(ics.substr(0, kMaxCalendar));
  if (content.entries == 0) return std::nullopt;
  const CalendarEntry& entry = content.first;
  std::string notice = headline(content);
  if (!entry.summary.empty()) notice += ": " + entry.summary;
  const auto add = [&](const char* label, const std::string& value) {
    if (!value.empty()) notice += std::string("\n") + label + ": " + value;
  };
  add("When", when_in_words(entry));
  add("Where", entry.where);
  add("Organizer", entry.organizer);
  add("Comment", entry.comment);
  const int more = content.entries - 1;
  if (more > 0 && !entry.replaces && entry.recurrence.empty()) {
    notice += "\nand " + std::to_string(more) + (more == 1 ? " more entry" : " more entries");
  }
  return CalendarNote{content.method, notice};
}

}  // namespace poller
