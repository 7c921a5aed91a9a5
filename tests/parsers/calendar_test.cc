#include "parsers/calendar.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "parsers/calendar_time.h"

namespace poller {
namespace {

std::string notice_of(const std::string& method, const std::string& properties, const char* component = "VEVENT") {
  const auto note = read_calendar("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + method + "BEGIN:" + component + "\r\n" +
                                  properties + "END:" + component + "\r\nEND:VCALENDAR\r\n");
  return note ? note->notice : "(none)";
}

TEST_CASE("a meeting request says what, when, where and who") {
  const std::string notice = notice_of(
      "METHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\n"
      "END:STANDARD\r\nEND:VTIMEZONE\r\n",
      "SUMMARY;LANGUAGE=de:Quarterly\\, review\\; all of\r\n  it\r\nDTSTART;TZID=Europe/Berlin:20240514T100000\r\n"
      "DTEND;TZID=Europe/Berlin:20240514T113000\r\nLOCATION:Room 5\\nsecond floor\r\n"
      "ORGANIZER;CN=\"Anna; Example\":MAILTO:anna@example.org\r\nATTENDEE:mailto:b@example.org\r\n"
      "BEGIN:VALARM\r\nSUMMARY:Alarm\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n");
  CHECK(notice ==
        "Meeting request: Quarterly, review; all of it\nWhen: Tuesday, 14 May 2024, 10:00 to 11:30 (Europe/Berlin)\n"
        "Where: Room 5 second floor\nOrganizer: Anna; Example <anna@example.org>");
}

TEST_CASE("each iTIP method has its headline") {
  CHECK(notice_of("METHOD:CANCEL\r\n", "SUMMARY:X\r\n") == "Meeting cancelled: X");
  CHECK(notice_of("METHOD:REPLY\r\n", "SUMMARY:X\r\nATTENDEE;PARTSTAT=DECLINED;CN=Bo:mailto:bo@example.org\r\n") ==
        "Invitation declined by Bo <bo@example.org>: X");
  CHECK(notice_of("METHOD:PUBLISH\r\n", "SUMMARY:X\r\n") == "Calendar entry: X");
  CHECK(notice_of("method:counter\r\n", "SUMMARY:X\r\n") == "New time proposed: X");
  CHECK(notice_of("", "SUMMARY:X\r\nDUE;VALUE=DATE:20240101\r\n", "VTODO") ==
        "Task: X\nWhen: until Monday, 1 January 2024 (all day)");
  const auto note = read_calendar("BEGIN:VCALENDAR\nMETHOD:request\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR");
  REQUIRE(note);
  CHECK(note->method == "REQUEST");
}

TEST_CASE("times are given as they stand") {
  CHECK(notice_of("", "DTSTART:20240514T233000Z\r\nDURATION:PT1H\r\n") ==
        "Calendar entry\nWhen: Tuesday, 14 May 2024, 23:30 to Wednesday, 15 May 2024, 00:30 (UTC)");
  CHECK(notice_of("", "DTSTART;VALUE=DATE:20240514\r\nDTEND;VALUE=DATE:20240515\r\n") ==
        "Calendar entry\nWhen: Tuesday, 14 May 2024 (all day)");
  CHECK(notice_of("", "DTSTART;VALUE=DATE:20240228\r\nDTEND;VALUE=DATE:20240302\r\n") ==
        "Calendar entry\nWhen: Wednesday, 28 February 2024 to Friday, 1 March 2024 (all day)");
  CHECK(notice_of("", "DTSTART:20241345T990000\r\n") == "Calendar entry");
}

TEST_CASE("recurrence in words") {
  CHECK(describe_recurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=10") ==
        "every 2 weeks on Monday and Friday, 10 times");
  CHECK(describe_recurrence("FREQ=MONTHLY;BYDAY=2TU;UNTIL=20240630T100000Z") ==
        "every month on the second Tuesday, until 30 June 2024");
  CHECK(describe_recurrence("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1") == "every month on the last Friday");
  CHECK(describe_recurrence("FREQ=YEARLY;BYMONTHDAY=14;BYMONTH=5") == "every year on day 14 in May");
  CHECK(describe_recurrence("nonsense").empty());
}

TEST_CASE("old vCalendar with quoted-printable is read") {
  CHECK(notice_of("", "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:B=C3=BCro=\r\n und mehr\r\n") ==
        "Calendar entry: Büro und mehr");
}

TEST_CASE("broken calendars give what can be read") {
  CHECK_FALSE(read_calendar(""));
  CHECK_FALSE(read_calendar("BEGIN:VCALENDAR\nEND:VCALENDAR\n"));
  const auto cut = read_calendar("BEGIN:VCALENDAR\rBEGIN:VEVENT\rSUMMARY:cut off\rDTSTART:2024");
  REQUIRE(cut);
  CHECK(cut->notice == "Calendar entry: cut off");
  CHECK(notice_of("", "SUMMARY:" + std::string(5000, 'x') + "\r\n").size() < 400);
  CHECK(text::is_utf8(notice_of("", "SUMMARY:\xff\xfe\r\n")));
}

}  // namespace
}  // namespace poller
