// A number with its noun.
#pragma once

#include <string>

namespace poller {

/// "1 mail", "2 mails"; `more` where the plural is another than with an s.
template <class Number>
std::string counted(Number count, const std::string& one, const std::string& more = {}) {
  if (count == 1) return "1 " + one;
  return std::to_string(count) + " " + (more.empty() ? one + "s" : more);
}

}  // namespace poller
