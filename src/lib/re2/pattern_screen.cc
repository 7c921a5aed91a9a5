#include "lib/re2/pattern_screen.h"

#include <re2/filtered_re2.h>

#include <algorithm>
#include <map>

#include "lib/re2/pattern.h"
#include "lib/re2/substrings.h"

namespace poller::re2 {
namespace {

constexpr int kShortestWord = 3;           // shorter ones occur in any text
constexpr std::size_t kMostWords = 4'000;  // of all patterns together: the automaton stays within a few megabytes

bool is_ascii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

::re2::RE2::Options screen_options() {
  ::re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(kPatternMemory));
  return options;
}

}  // namespace

struct PatternScreen::Impl {
  /// One pattern and the words that it needs. Without words it may always occur.
  struct Screened {
    std::unique_ptr<::re2::FilteredRE2> filter;
    std::vector<std::size_t> words;  // indices of Impl::words
  };

  std::vector<Screened> patterns;
  std::map<std::string, std::size_t> numbers;  // of the words
  Substrings words{{}};

  void add(const std::string& pattern) {
    Screened& one = patterns.emplace_back();
    auto filter = std::make_unique<::re2::FilteredRE2>(kShortestWord);
    int number = 0;
    filter->Add(pattern, screen_options(), &number);
    std::vector<std::string> needed;
    filter->Compile(&needed);
    // Beyond ASCII, small and large letters are no business of ours: such a pattern is always tried.
    const bool usable = std::all_of(needed.begin(), needed.end(), is_ascii);
    if (needed.empty() || !usable || numbers.size() + needed.size() > kMostWords) return;
    for (const std::string& word : needed) one.words.push_back(numbers.emplace(word, numbers.size()).first->second);
    one.filter = std::move(filter);
  }
};

PatternScreen::PatternScreen(const std::vector<std::string>& patterns) : impl_(std::make_unique<Impl>()) {
  for (const std::string& pattern : patterns) impl_->add(pattern);
  std::vector<std::string> words(impl_->numbers.size());
  for (const auto& [word, number] : impl_->numbers) words[number] = word;
  impl_->words = Substrings(words);
}
PatternScreen::PatternScreen(PatternScreen&& other) noexcept = default;
PatternScreen& PatternScreen::operator=(PatternScreen&& other) noexcept = default;
PatternScreen::~PatternScreen() = default;

std::vector<bool> PatternScreen::may_occur(std::string_view text) const {
  const std::vector<bool> found = impl_->words.found_in(text);
  std::vector<bool> result;
  result.reserve(impl_->patterns.size());
  for (const Impl::Screened& one : impl_->patterns) {
    if (!one.filter) {
      result.push_back(true);
      continue;
    }
    std::vector<int> here, possible;
    for (std::size_t i = 0; i < one.words.size(); ++i) {
      if (found[one.words[i]]) here.push_back(static_cast<int>(i));
    }
    one.filter->AllPotentials(here, &possible);
    result.push_back(!possible.empty());
  }
  return result;
}

}  // namespace poller::re2
