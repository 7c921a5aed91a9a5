#include "lib/re2/pattern_screen.h"

#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <string>

#include "lib/re2/pattern.h"
#include "lib/re2/substrings.h"

using poller::re2::Pattern;
using poller::re2::PatternScreen;
using poller::re2::Substrings;

TEST_CASE("words are found wherever they stand, also within one another") {
  const Substrings words({"she", "he", "hers", "his", "invoice"});
  CHECK(words.found_in("uSHErs") == std::vector<bool>{true, true, true, false, false});
  CHECK(words.found_in("in invoic invoice") == std::vector<bool>{false, false, false, false, true});
  CHECK(words.found_in("hi\u017f") == std::vector<bool>{false, false, false, true, false});
  CHECK(Substrings({}).found_in("anything").empty());
}

TEST_CASE("of a long word its beginning is looked for") {
  const std::string longer(100, 'x');
  CHECK(Substrings({longer}).found_in(std::string(50, 'x')).front());
  CHECK_FALSE(Substrings({longer}).found_in(std::string(20, 'x')).front());
}

TEST_CASE("a screen says no where a word is missing") {
  const PatternScreen screen({"invoice", "(?i)URGENT.*now", "^To:", "(re|fw): x", "a.b"});
  CHECK(screen.may_occur("an urgent invoice") == std::vector<bool>{true, false, false, false, true});
  CHECK(screen.may_occur("") == std::vector<bool>{false, false, false, false, true});
  CHECK(PatternScreen({}).may_occur("x").empty());
}

TEST_CASE("a screen never says no to a pattern that occurs") {
  const std::vector<std::string> patterns{"(?i)kelvins",    "(?i)straße",      "[sk]{3}",         "(?i)gr\\x{fc}n",
                                          "\\p{Lu}rot",     "(?i)(re|sv):\\s", "(?i)s(s|k)sk",    "(?i)über|kaß",
                                          "(?i)s\\x{17f}s", "[Kk]elv",         "(?i)[^a]ein.*kk", "(?i)\\bsss\\b"};
  const PatternScreen screen(patterns);
  const std::vector<std::string> pieces{"k", "K", "\u212a", "s",   "S",   "\u017f", "elvin", "ELVIN", "\u1e9e",  "ß",
                                        "ü", "Ü", "a",      " ",   "re:", "SV:",    "GR",    "n",     "stra",    "e",
                                        "E", "Ö", "rot",    "ein", "ber", "KA",     "sss",   "SSK",   "STRASSE", "."};
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned i = random() % 12; i > 0; --i) text += pieces[random() % pieces.size()];
    const auto may = screen.may_occur(text);
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (!may[i]) CHECK_MESSAGE(!Pattern(patterns[i]).found_in(text), patterns[i], " in ", text);
    }
  }
}

TEST_CASE("what a screen costs does not depend on the text") {
  std::vector<std::string> patterns;
  for (int i = 0; i < 100; ++i) patterns.push_back("(?i)(fox|aaa).{0,6}(b+)+z" + std::to_string(i));
  const PatternScreen screen(patterns);
  const auto start = std::chrono::steady_clock::now();
  CHECK(screen.may_occur(std::string(1'000'000, 'a')).size() == 100);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}
