// What new_text() keeps of a text, for its tests.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "parsers/quoted_text.h"

inline std::string kept_of(std::string_view text, std::string_view subject = "Re: Printer") {
  return poller::new_text(text, "", {subject, false}).text;
}

/// What is kept of a mail that neither its subject nor its references make an answer.
inline std::string kept_of_new(std::string_view text) {
  return poller::new_text(text, "", {"Printer on floor 2", false}).text;
}

/// A quote in one client's manner, below "Thanks, that helped."
inline bool is_cut(const std::string& quote) {
  const std::string got = kept_of("Thanks, that helped.\n\n" + quote);
  if (got == "Thanks, that helped.") return true;
  MESSAGE(got);
  return false;
}
