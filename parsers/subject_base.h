// The subject without reply and forward prefixes ("Re:", "AW:", "回复:", "Re[2]:") and list tags ("[list]").
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// In the spirit of RFC 5256 section 2.1, with the prefixes of every language that a known client writes. Tags in
/// square brackets go where they stand before or between prefixes, unless nothing else is left; "(fwd)" goes at the
/// end; runs of blanks become one. A subject of prefixes alone gives the empty string. `subject` is decoded UTF-8.
std::string subject_base(std::string_view subject);

/// What the outermost prefix says of a mail.
enum class SubjectSays {
  nothing,
  reply,    // "Re:", "AW:"
  forward,  // "Fwd:", "WG:", "TR:"
  either,   // "VS:" answers in Finnish and Estonian, and forwards in Danish and Norwegian
};

SubjectSays what_subject_says(std::string_view subject);

}  // namespace poller
