#include "parsers/signature.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "parsers/fold.h"
#include "parsers/signature_phrases.h"

namespace poller {

namespace {

constexpr std::size_t kLongestClientLine = 160;  // bytes, addresses left out
constexpr int kMostClientWords = 7;
constexpr int kMostWordsBehindComma = 4;
constexpr int kMostSignatureLines = 15;         // behind "--"
constexpr int kMostRuledLines = 8;              // behind a longer line of dashes
constexpr std::size_t kSearchedLines = 60;      // from the end, for a separator
constexpr std::size_t kLongestPostscript = 24;  // bytes of "PS:" and a bit of what follows
constexpr std::size_t kLongestRuledLine = 100;  // bytes

template <std::size_t N>
bool contains_one(const std::array<const char*, N>& list, std::string_view s) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view entry) { return s.find(entry) != std::string_view::npos; });
}

template <std::size_t N>
bool is_one_of(const std::array<const char*, N>& list, std::string_view s) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view entry) { return s == entry; });
}

bool is_enclosing(char c) { return std::string_view("<>()[]{}*_-~\"' ").find(c) != std::string_view::npos; }

/// Folded, without addresses in brackets and what encloses the whole.
std::string clean_client_line(std::string_view line) {
  std::string out;
  bool address = false;
  if (line.find("//") == std::string_view::npos && line.find("mailto:") == std::string_view::npos) out = line;
  for (std::size_t i = out.size(); i < line.size(); ++i) {
    const std::string_view rest = line.substr(i);
    if (text::istarts_with(rest, "http://") || text::istarts_with(rest, "https://") ||
        text::istarts_with(rest, "mailto:"))
      address = true;
    else if (address && (line[i] == ' ' || line[i] == '>' || line[i] == ')'))
      address = false;
    if (!address) out += line[i];
  }
  std::string_view view = trim_blanks(out);
  // "<aka.ms/x>": a link without its protocol.
  const std::size_t link = view.rfind('<');
  if (link != std::string_view::npos && link > 0 && view.back() == '>' &&
      view.find(' ', link) == std::string_view::npos)
    view = view.substr(0, link);
  while (!view.empty() && is_enclosing(view.front())) view.remove_prefix(1);
  while (!view.empty() && is_enclosing(view.back())) view.remove_suffix(1);
  std::string folded = fold_case(view);
  folded.erase(std::remove_if(folded.begin(), folded.end(), [](char c) { return c == '[' || c == ']'; }), folded.end());
  return folded;
}

/// Up to the first blank; in scripts that have none, the first character.
std::string_view first_word(std::string_view s) {
  if (!s.empty() && static_cast<unsigned char>(s.front()) >= 0xE3) return s.substr(0, 3);
  return s.substr(0, s.find(' '));
}

struct WordCount {
  int words = 0;
  bool device = false;
};

/// "iphone", and "iphonesta" in the languages that inflect it.
bool is_device_word(std::string_view word) {
  return std::any_of(kDeviceWords.begin(), kDeviceWords.end(), [&](std::string_view device) {
    return word == device || (device.size() >= 4 && word.substr(0, device.size()) == device);
  });
}

bool is_word_gap(char c) { return std::string_view(" \t,;/()'-").find(c) != std::string_view::npos; }

/// Where the word that begins at `at` ends: at a blank or punctuation, or where a script without blanks between words
/// meets another ("我的iPhone").
std::size_t find_word_end(std::string_view s, std::size_t at) {
  const auto is_wide = [&](std::size_t i) { return static_cast<unsigned char>(s[i]) >= 0xE3; };
  const auto is_ascii = [&](std::size_t i) { return static_cast<unsigned char>(s[i]) < 0x80; };
  for (std::size_t i = at; i < s.size(); ++i) {
    if (is_word_gap(s[i])) return i;
    if (i > at && ((is_wide(i) && is_ascii(i - 1)) || (is_ascii(i) && !is_ascii(i - 1) && is_wide(at)))) return i;
  }
  return s.size();
}

WordCount count_words(std::string_view s) {
  WordCount result;
  for (std::size_t at = 0; at < s.size();) {
    const std::size_t end = find_word_end(s, at);
    std::string_view word = s.substr(at, end - at);
    while (!word.empty() && (word.back() == '.' || word.back() == '!')) word.remove_suffix(1);
    if (!word.empty()) {
      ++result.words;
      result.device = result.device || is_device_word(word);
    }
    at = end < s.size() && end > at && !is_word_gap(s[end]) ? end : end + 1;
  }
  return result;
}

bool is_client_phrase(std::string_view s, std::size_t opening) {
  const std::string_view rest = s.substr(opening);
  const WordCount count = count_words(rest);
  if (contains_one(kExcuses, rest)) return true;
  if (is_one_of(kClientNames, text::trim(rest))) return true;
  // A comma lets a sentence go on, unless the device stands right behind it: "my Verizon, Samsung Galaxy smartphone".
  const std::size_t comma = rest.find_last_of(",;");
  if (comma != std::string_view::npos) {
    const WordCount behind = count_words(rest.substr(comma + 1));
    if (!behind.device || behind.words > kMostWordsBehindComma) return false;
  }
  if (count.device) return count.words <= kMostClientWords + 5;
  return text::istarts_with(text::trim(rest), "my ") && count.words <= kMostClientWords - 2;
}

/// The opening that `s` begins with: how much of it is the opening, or 0. What the sender calls his own stays behind
/// it: "from my" counts as "from".
std::size_t client_opening_length(std::string_view s) {
  // By first word, for speed; openings of scripts without blanks are looked up by their first character.
  static const std::unordered_multimap<std::string_view, std::string_view> openings = [] {
    std::unordered_multimap<std::string_view, std::string_view> result;
    for (const std::string_view opening : kClientOpenings) result.emplace(first_word(opening), opening);
    return result;
  }();
  const auto range = openings.equal_range(first_word(s));
  for (auto it = range.first; it != range.second; ++it) {
    const std::string_view opening = it->second;
    if (s.size() > opening.size() && s.substr(0, opening.size()) == opening)
      return opening == "from my" ? opening.size() - 2 : opening.size();
  }
  return 0;
}

/// The number of lines in [first, last) that are not blank, and whether all are short enough for a signature.
bool is_small_block(const QuoteLines& lines, std::size_t first, std::size_t last, int most, std::size_t longest) {
  int visible = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (lines.blank(i)) continue;
    if (++visible > most || lines.at(i).size() > longest) return false;
  }
  return visible > 0;
}

bool is_dash_separator(std::string_view line) {
  return line == "--" || line == "__" || line == "—" || line == "–" || line == "––" || line == "- --" || line == "– –";
}

bool is_disclaimer(const QuoteLines& lines, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < std::min(last, first + 30); ++i)
    if (contains_one(kDisclaimerWords, fold_case(lines.at(i).substr(0, 400)))) return true;
  return false;
}

/// Whether rules like the one in line `i` stand around a piece of the text: there is one more below, and text below
/// that.
bool opens_box(const QuoteLines& lines, std::size_t i, std::size_t last) {
  const bool dashes = is_dash_separator(lines.at(i));
  for (std::size_t n = i + 1; n < last; ++n) {
    if (!lines.rule(n) || lines.at(n).front() != lines.at(i).front()) continue;
    if (dashes == is_dash_separator(lines.at(n))) return lines.next_visible(n + 1) < last;
  }
  return false;
}

/// "My data:" above the rule in line `i`: what follows was announced.
bool is_announced(const QuoteLines& lines, std::size_t i, std::size_t first) {
  while (i > first && lines.blank(i - 1)) --i;
  return i > first && lines.at(i - 1).back() == ':';
}

/// Whether the separator in line `i` has a signature below it, up to `last`.
bool separates_signature(const QuoteLines& lines, std::size_t i, std::size_t first, std::size_t last) {
  const std::string_view line = lines.at(i);
  const std::size_t below = lines.next_visible(i + 1);
  if (below >= last) return true;
  if (lines.raw(i) == "-- " || lines.raw(i) == "-- \r") return true;  // RFC 3676 section 4.3: that is what it means
  if (opens_box(lines, i, last) || is_announced(lines, i, first)) return false;
  if (is_dash_separator(line)) return is_small_block(lines, i + 1, last, kMostSignatureLines, 1000);
  if (line.front() != '-' && line.front() != '_' && line.front() != '\xE2') return false;
  if (below != i + 1) return false;                    // a rule with air below parts paragraphs
  if (i > first && !lines.blank(i - 1)) return false;  // the underline of a heading or table
  return is_small_block(lines, i + 1, last, kMostRuledLines, kLongestRuledLine) && !is_disclaimer(lines, i + 1, last);
}

/// "-Ann" or "-Ann Lee" as the last paragraph.
bool is_dashed_name(std::string_view line) {
  if (line.size() < 3 || line.size() > 40 || line[0] != '-') return false;
  int words = 0;
  bool begins = true;
  for (const char c : line.substr(1)) {
    if (c == ' ') {
      begins = true;
      continue;
    }
    if (begins && !(c >= 'A' && c <= 'Z')) return false;
    if (!text::is_alpha(c) && static_cast<unsigned char>(c) < 0x80 && c != '.') return false;
    words += begins ? 1 : 0;
    begins = false;
  }
  return words >= 1 && words <= 3;
}

bool is_trailer(const QuoteLines& lines, std::size_t i) {
  return lines.blank(i) || lines.rule(i) || lines.at(i) == "ᐧ" || lines.at(i) == "--" || is_client_line(lines.at(i));
}

}  // namespace

bool is_client_line(std::string_view line) {
  if (line.empty() || line.size() > 4 * kLongestClientLine) return false;
  const std::string s = clean_client_line(line);
  if (s.empty() || s.size() > kLongestClientLine) return false;
  const std::size_t opening = client_opening_length(s);
  if (opening > 0 && is_client_phrase(s, opening)) return true;
  for (const std::string_view ending : kClientEndings) {
    if (s.size() <= ending.size() || std::string_view(s).substr(s.size() - ending.size()) != ending) continue;
    const WordCount count = count_words(s);
    if (ending == "from mobile" ? count.words <= 4 : contains_one(kDeviceWords, s) && count.words <= 12) return true;
  }
  return false;
}

bool is_sign_off(std::string_view line) {
  if (line.size() > 80) return false;
  std::string s = fold_case(line);
  while (!s.empty() && std::string_view(",.! ").find(s.back()) != std::string_view::npos) s.pop_back();
  return std::any_of(kSignOffs.begin(), kSignOffs.end(), [&](std::string_view entry) { return s == entry; });
}

std::size_t find_signature(const QuoteLines& lines, std::size_t first, std::size_t last) {
  std::size_t end = last;
  while (end > first && is_trailer(lines, end - 1)) --end;
  std::size_t result = end;
  // The uppermost separator whose block reaches the end and is small enough.
  for (std::size_t i = end, visible = 0; i-- > first && visible <= kSearchedLines;) {
    if (lines.blank(i)) continue;
    ++visible;
    if ((lines.rule(i) || is_dash_separator(lines.at(i))) && separates_signature(lines, i, first, end)) result = i;
  }
  const auto drop_trailers = [&] {
    while (result > first && is_trailer(lines, result - 1)) --result;
  };
  drop_trailers();
  if (result > first + 1 && is_dashed_name(lines.at(result - 1)) && lines.blank(result - 2)) --result;
  drop_trailers();
  return lines.next_visible(result) >= last ? last : result;
}

std::size_t find_postscript(const QuoteLines& lines, std::size_t first, std::size_t last) {
  for (std::size_t i = first + 1; i < last; ++i) {
    if (lines.blank(i) || !lines.blank(i - 1)) continue;
    const std::string_view line = lines.at(i);
    const std::string folded = fold_case(line.substr(0, kLongestPostscript));
    for (const std::string_view mark : kPostscripts) {
      if (folded.size() <= mark.size() + 1 || std::string_view(folded).substr(0, mark.size()) != mark) continue;
      if (std::string_view(":. -").find(folded[mark.size()]) != std::string_view::npos ||
          std::string_view(folded).substr(mark.size(), 3) == "：")
        return i;
    }
  }
  return last;
}

}  // namespace poller
