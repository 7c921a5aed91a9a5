#include "lib/re2/substrings.h"

#include <deque>

namespace poller::re2 {
namespace {

constexpr std::uint32_t kNoState = 0xffffffff;

}  // namespace

Substrings::Substrings(const std::vector<std::string>& words) : words_(words.size()) {
  for (const std::string& word : words) {
    for (const char c : std::string_view(word).substr(0, kLongest)) {
      auto& number = class_[static_cast<unsigned char>(c)];
      if (number == 0) number = static_cast<std::uint16_t>(width_++);
    }
  }
  for (unsigned char c = 'a'; c <= 'z'; ++c) class_[c - 'a' + 'A'] = class_[c];
  next_.assign(width_, kNoState);
  endings_.emplace_back();
  for (std::size_t i = 0; i < words.size(); ++i) add_word(std::string_view(words[i]).substr(0, kLongest), i);
  add_failures();
}

void Substrings::add_word(std::string_view word, std::size_t index) {
  std::size_t state = 0;
  for (const char c : word) {
    const std::size_t edge = at(state, static_cast<unsigned char>(c));
    if (next_[edge] == kNoState) {
      next_[edge] = static_cast<std::uint32_t>(endings_.size());
      endings_.emplace_back();
      next_.resize(next_.size() + width_, kNoState);
    }
    state = next_[edge];
  }
  endings_[state].push_back(index);
}

// Breadth first: a state's missing edges are those of the longest suffix of its word that is a state too.
void Substrings::add_failures() {
  std::vector<std::uint32_t> suffix(endings_.size(), 0);
  std::deque<std::uint32_t> states;
  for (std::size_t c = 0; c < width_; ++c) {
    if (next_[c] == kNoState) {
      next_[c] = 0;
    } else {
      states.push_back(next_[c]);
    }
  }
  for (; !states.empty(); states.pop_front()) {
    const std::uint32_t state = states.front();
    const auto& inherited = endings_[suffix[state]];
    endings_[state].insert(endings_[state].end(), inherited.begin(), inherited.end());
    for (std::size_t c = 0; c < width_; ++c) {
      auto& edge = next_[state * width_ + c];
      const std::uint32_t beside = next_[suffix[state] * width_ + c];
      if (edge == kNoState) {
        edge = beside;
      } else {
        suffix[edge] = beside;
        states.push_back(edge);
      }
    }
  }
}

std::vector<bool> Substrings::found_in(std::string_view text) const {
  std::vector<bool> found(words_, false);
  std::size_t state = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c == 0xc5 && text.substr(i, 2) == "\u017f") {
      c = 's';
      i += 1;
    } else if (c == 0xe2 && text.substr(i, 3) == "\u212a") {
      c = 'k';
      i += 2;
    }
    state = next_[at(state, c)];
    for (const std::size_t word : endings_[state]) found[word] = true;
  }
  return found;
}

}  // namespace poller::re2
