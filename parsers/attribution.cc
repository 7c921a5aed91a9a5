#include "parsers/attribution.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "parsers/fold.h"
#include "parsers/quote_phrases.h"

namespace poller {

namespace {

constexpr std::size_t kLongestAttribution = 600;  // bytes
constexpr std::size_t kLongestAttributionLine = 200;
constexpr std::size_t kMostAttributionLines = 4;
constexpr std::size_t kMostTornLines = 6;
constexpr std::size_t kLongestTornEnd = 24;  // bytes

/// What is seen in a candidate, in one pass over it.
struct AttributionTraits {
  bool colon = false;         // ends in one
  bool address = false;       // something@something
  bool address_last = false;  // "<a@b>:" at the end
  bool date = false;          // a year, a time, or a date in digits
  bool calendar = false;      // more than a time
  bool clock = false;         // a time
  int digit_groups = 0;
  bool wrote = false;
  bool said = false;
  bool wrote_last = false;  // among the last words
  bool opening = false;     // begins with "On", "Am", "Le", ...
  bool leads_with_digit = false;
};

/// Folded, with the digits of any script as ASCII, without the dashes, asterisks and brackets that some clients put
/// around it.
std::string clean_candidate(std::string_view s) {
  const auto decoration = [](char c) { return c == '-' || c == '*' || c == '_' || c == ' ' || c == '|'; };
  while (!s.empty() && (decoration(s.front()) || s.front() == '[')) s.remove_prefix(1);
  while (!s.empty() && (decoration(s.back()) || s.back() == ']')) s.remove_suffix(1);
  return ascii_digits(fold_case(s));
}

bool drop_colon(std::string_view& s) {
  const std::size_t before = s.size();
  for (const std::string_view colon : {":", "：", "︰"})
    if (s.size() >= colon.size() && s.substr(s.size() - colon.size()) == colon) s.remove_suffix(colon.size());
  const bool found = s.size() != before;
  while (!s.empty() && text::is_space(s.back())) s.remove_suffix(1);
  return found;
}

/// Years, times, dates: what the digits from `at` on are part of. Moves `at` behind them.
void read_digits(std::string_view s, std::size_t& at, AttributionTraits& traits) {
  const std::size_t begin = at;
  while (at < s.size() && text::is_digit(s[at])) ++at;
  const std::size_t length = at - begin;
  ++traits.digit_groups;
  if (length == 4 && (s.substr(begin, 2) == "19" || s.substr(begin, 2) == "20")) traits.date = traits.calendar = true;
  const bool more = at + 1 < s.size() && text::is_digit(s[at + 1]);
  if (length > 2 || !more) return;
  // "19h05" is a time too
  if (s[at] == ':' || s[at] == 'h') traits.date = traits.clock = true;
  if (s[at] == '.' || s[at] == '/' || s[at] == '-') traits.date = traits.calendar = true;
  if (s[at] == '.') traits.clock = true;
}

/// A date, or a time and more: "[10:15] Ann wrote:" is a line of a chat.
bool is_dated(const AttributionTraits& t) { return t.date && t.digit_groups >= (t.calendar ? 2 : 3); }

AttributionTraits read_traits(std::string_view s) {
  AttributionTraits traits;
  traits.colon = drop_colon(s);
  traits.address_last = !s.empty() && (s.back() == '>' || s.back() == ')');
  traits.wrote = traits.wrote_last = ends_in_wrote(s);
  int words_since_wrote = 100;
  bool first = true;
  for (std::size_t at = 0; at < s.size();) {
    const std::size_t begin = at;
    if (text::is_digit(s[at])) {
      if (first) traits.leads_with_digit = true;
      first = false;
      read_digits(s, at, traits);
      ++words_since_wrote;
      continue;
    }
    const char32_t c = text::next_code_point(s, at);
    if (c == '@' && begin > 0 && at < s.size() && !text::is_space(s[begin - 1]) && !text::is_space(s[at]))
      traits.address = true;
    if (!is_word_character(c)) continue;
    std::size_t end = at;
    while (at < s.size() && is_word_character(text::next_code_point(s, at)) && !text::is_digit(s[end])) end = at;
    at = end;
    const std::string_view word = s.substr(begin, end - begin);
    if (first) traits.opening = is_attribution_opening(word);
    first = false;
    ++words_since_wrote;
    traits.said = traits.said || is_said_word(word);
    if (!is_wrote_word(word)) continue;
    traits.wrote = true;
    words_since_wrote = 0;
  }
  traits.wrote_last = traits.wrote_last || words_since_wrote <= 2;
  traits.address_last = traits.address_last && traits.address;
  return traits;
}

enum class Confidence { no, before_quote, in_answer, yes };

Confidence judge_attribution(const AttributionTraits& t) {
  const bool dated = is_dated(t);
  if (t.colon && t.wrote_last && (t.address || dated)) return Confidence::yes;
  if (t.wrote && (t.address || dated) && dated) {
    if (t.colon && t.digit_groups >= 3) return Confidence::yes;
    if (t.wrote_last && t.address) return Confidence::yes;  // "On ... a@b wrote ----"
  }
  // "2026-03-03 17:21 GMT+01:00 Ann Lee <ann@example.com>:" and its like in every language
  if (t.colon && t.address_last && dated) return Confidence::yes;
  // Who and when, and a colon: in any language.
  if (t.colon && t.address && t.calendar && t.clock && t.digit_groups >= 3) return Confidence::in_answer;
  if (t.colon && (t.address || t.wrote_last || t.said || (t.digit_groups >= 2 && t.date)))
    return Confidence::before_quote;
  if (t.address_last && dated && t.leads_with_digit) return Confidence::before_quote;
  return Confidence::no;
}

/// "2026-03-03 17:21 GMT+01:00 Ann Lee": Gmail's, cut short.
bool is_bare_gmail_date(std::string_view s) {
  if (s.size() < 20 || s.size() > 200) return false;
  const auto digits = [&](std::size_t at, std::size_t n) {
    return std::all_of(s.begin() + static_cast<std::ptrdiff_t>(at), s.begin() + static_cast<std::ptrdiff_t>(at + n),
                       text::is_digit);
  };
  return digits(0, 4) && s[4] == '-' && digits(5, 2) && s[7] == '-' && digits(8, 2) && s[10] == ' ' && digits(11, 1) &&
         s.find(" gmt", 13) != std::string_view::npos;
}

std::string join_candidate(const QuoteLines& lines, std::size_t first, std::size_t last) {
  std::string joined;
  for (std::size_t i = first; i <= last && joined.size() <= kLongestAttribution; ++i) {
    if (!joined.empty()) joined += ' ';
    joined += lines.at(i).substr(0, kLongestAttribution);
  }
  return joined;
}

bool starts_like_attribution(std::string_view line) {
  const AttributionTraits traits = read_traits(clean_candidate(line.substr(0, kLongestAttribution)));
  return (traits.opening && traits.digit_groups > 0) || (traits.leads_with_digit && traits.date);
}

/// "Ann Lee <ann@example.com>", and what of a date followed it before the line was wrapped.
bool is_name_with_address(std::string_view line) {
  constexpr std::size_t kLongestName = 80;  // bytes
  constexpr std::size_t kLongestRest = 60;
  const std::size_t open = line.find('<');
  const std::size_t close = line.find('>', open == std::string_view::npos ? 0 : open);
  if (open == 0 || open > kLongestName || close == std::string_view::npos) return false;
  if (line.substr(0, open).find_first_of(":?!;") != std::string_view::npos) return false;
  return line.substr(open, close - open).find('@') != std::string_view::npos && line.size() - close <= kLongestRest;
}

/// Whether the sender's name must have stood on the line above: it does before the address, and in Chinese before the
/// date.
bool begins_behind_name(std::string_view line, bool has_address) {
  return line.front() == '<' || (!has_address && (line.substr(0, 3) == "于" || line.substr(0, 3) == "於"));
}

bool has_open_bracket(std::string_view line) {
  const std::size_t bracket = line.find_last_of("<>");
  return bracket != std::string_view::npos && line[bracket] == '<';
}

/// An attribution found from `first` on may have begun some lines above: "On Mon, 3 Mar 2026\nat 10:15\nAnn wrote:".
std::size_t extend_upwards(const QuoteLines& lines, std::size_t first, std::size_t last, std::size_t from) {
  while (first > from && last - first + 1 < kMostAttributionLines) {
    const std::size_t above = first - 1;
    if (lines.blank(above) || lines.quoted(above) || lines.at(above).size() > kLongestAttributionLine) break;
    const AttributionTraits here = read_traits(clean_candidate(join_candidate(lines, first, last)));
    const bool complete = is_dated(here);
    const bool name_above = !here.address && is_name_with_address(lines.at(above));
    const bool begun = complete && starts_like_attribution(lines.at(first)) && lines.at(above).back() != ',';
    if (begun && !begins_behind_name(lines.at(first), here.address)) break;
    const AttributionTraits there = read_traits(clean_candidate(lines.at(above)));
    const bool belongs = has_open_bracket(lines.at(above)) || starts_like_attribution(lines.at(above)) ||
                         (!complete && there.date) || name_above || lines.at(first).front() == '<';
    if (!belongs) break;
    first = above;
  }
  return first;
}

/// Dashes, at least three, at both ends of a short line.
bool is_dashed(std::string_view line) {
  return line.size() > 8 && line.size() <= kLongestAttributionLine && line.substr(0, 3) == "---" &&
         line.substr(line.size() - 3) == "---" && line.find_first_not_of('-') != std::string_view::npos;
}

/// A paragraph of its own, not a sentence that goes on.
bool stands_alone(const QuoteLines& lines, std::size_t first, std::size_t last) {
  if (first > 0 && !lines.blank(first - 1) && !lines.rule(first - 1)) return false;
  if (last + 1 < lines.size() && !lines.blank(last + 1)) return false;
  for (std::size_t i = first; i <= last; ++i)
    if (lines.at(i).find_first_of("?!;") != std::string_view::npos) return false;
  return true;
}

}  // namespace

bool may_end_attribution(std::string_view line) {
  if (line.size() > kLongestAttribution || line.empty()) return false;
  const char last = line.back();
  if (last == ':' || last == '\x9A' || last == '\xB0') return true;  // the last bytes of "：" and "︰"
  if (is_dashed(line)) return true;
  if (last == '-' || last == '*' || last == ']' || last == 'e')  // "wrote ----", "*... wrote:*", "wrote"
    if (text::icontains(line.substr(line.size() > 40 ? line.size() - 40 : 0), "wrote")) return true;
  return text::is_digit(line.front()) && line.size() > 12;
}

std::optional<Attribution> read_attribution(const QuoteLines& lines, std::size_t i, std::size_t from,
                                            AttributionDue due) {
  const std::size_t next = lines.next_visible(i + 1);
  const bool before_quote = due == AttributionDue::before_quote ||
                            (next < lines.size() && (lines.quoted(next) || lines.at(next).front() == '|'));
  std::optional<std::size_t> weak;
  for (std::size_t count = 0; count < kMostAttributionLines && i >= from + count; ++count) {
    const std::size_t first = i - count;
    if (count > 0 && (lines.blank(first) || lines.quoted(first) || lines.at(first).back() == ':')) break;
    const std::string joined = join_candidate(lines, first, i);
    if (joined.size() > kLongestAttribution) break;
    const std::string candidate = clean_candidate(joined);
    if (count == 0 && is_bare_gmail_date(candidate)) return Attribution{i, i + 1};
    const AttributionTraits traits = read_traits(candidate);
    const Confidence confidence = judge_attribution(traits);
    if (confidence == Confidence::yes) return Attribution{extend_upwards(lines, first, i, from), i + 1};
    // "---- Ann Lee wrote ----"
    if (count == 0 && traits.wrote_last && is_dashed(lines.at(i))) return Attribution{i, i + 1};
    if (weak || confidence == Confidence::no) continue;
    const bool alone =
        confidence == Confidence::in_answer && due == AttributionDue::answer && stands_alone(lines, first, i);
    if (before_quote || alone) weak = first;
  }
  if (weak) return Attribution{extend_upwards(lines, *weak, i, from), i + 1};
  return std::nullopt;
}

std::optional<Attribution> read_torn_attribution(const QuoteLines& lines, std::size_t i, std::size_t from) {
  const std::string_view line = lines.at(i);
  if (line.size() > kLongestTornEnd || line.size() < 3 || (line.back() != ':' && line.back() != '\x9A')) return {};
  const AttributionTraits traits = read_traits(fold_case(without_quote_marks(line)));
  if (!traits.colon || (!traits.wrote_last && line.size() > 3)) return {};
  for (std::size_t n = i; n-- > from && i - n <= kMostTornLines;)
    if (starts_like_attribution(lines.at(n))) return Attribution{n, i + 1};
  return {};
}

bool is_attribution_line(std::string_view line) {
  if (!may_end_attribution(line)) return false;
  return judge_attribution(read_traits(clean_candidate(line))) == Confidence::yes;
}

}  // namespace poller
