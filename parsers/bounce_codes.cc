#include "parsers/bounce_codes.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace poller {
namespace {

// The number of at most three digits at `pos`, or -1; moves `pos` behind it. More digits are no number of a status
// code.
int small_number(std::string_view text, std::size_t& pos) noexcept {
  int value = 0;
  std::size_t digits = 0;
  while (pos < text.size() && text::is_digit(text[pos]) && digits < 4) {
    value = value * 10 + (text[pos++] - '0');
    ++digits;
  }
  return digits == 0 || digits > 3 ? -1 : value;
}

// A status code that begins at `pos`, or empty. "5.5.2657.72" is a version, "192.0.2.1" an address.
std::string_view status_at(std::string_view text, std::size_t pos) noexcept {
  const char first = text[pos];
  if (first != '2' && first != '4' && first != '5') return {};
  if (pos > 0 && (text::is_alnum(text[pos - 1]) || text[pos - 1] == '.' || text[pos - 1] == '/')) return {};
  std::size_t at = pos + 1;
  if (at >= text.size() || text[at] != '.') return {};
  ++at;
  const int subject = small_number(text, at);
  if (subject < 0 || subject > 7 || at >= text.size() || text[at] != '.') return {};
  ++at;
  if (small_number(text, at) < 0) return {};
  if (at < text.size() && text::is_digit(text[at])) return {};
  if (at + 1 < text.size() && text[at] == '.' && text::is_digit(text[at + 1])) return {};
  return text.substr(pos, at - pos);
}

// Codes that servers give; "within 500 seconds" and port numbers are none.
bool is_reply_code(int code) noexcept {
  static constexpr std::array<int, 64> known = {
      421, 422, 430, 431, 432, 441, 442, 443, 444, 445, 446, 447, 449, 450, 451, 452, 453, 454, 455, 456, 458, 459,
      471, 472, 473, 474, 481, 500, 501, 502, 503, 504, 505, 510, 511, 512, 513, 515, 516, 517, 521, 523, 525, 530,
      531, 533, 534, 535, 538, 540, 541, 543, 544, 546, 550, 551, 552, 553, 554, 555, 556, 557, 570, 571,
  };
  return std::find(known.begin(), known.end(), code) != known.end() || code == 420 || code == 573 || code == 577;
}

bool may_precede_reply(char c) noexcept {
  return text::is_space(c) || std::string_view(":;([#\"'<>=,-").find(c) != std::string_view::npos;
}

bool may_follow_reply(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return true;
  const char c = text[at];
  if (c == '.' || c == ',') return at + 1 >= text.size() || !text::is_digit(text[at + 1]);
  return text::is_space(c) || std::string_view("-;:#)]\"'<").find(c) != std::string_view::npos;
}

}  // namespace

std::optional<std::string> find_status_code(std::string_view text) {
  std::string_view best;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!text::is_digit(text[i])) continue;
    const std::string_view code = status_at(text, i);
    if (code.empty()) continue;
    const bool better = best.empty() || (best[0] == '2' && code[0] != '2') ||
                        (is_vague_status(best) && !is_vague_status(code) && code[0] == best[0]);
    if (better) best = code;
    i += code.size() - 1;
  }
  return best.empty() ? std::nullopt : std::optional<std::string>(best);
}

bool is_vague_status(std::string_view status) noexcept {
  return status.ends_with(".0.0") || status == "5.1.0" || status == "4.1.0";
}

std::optional<int> find_reply_code(std::string_view text, std::size_t* at) {
  std::optional<int> first;
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '4' && text[i] != '5') continue;
    if (!text::is_digit(text[i + 1]) || !text::is_digit(text[i + 2])) continue;
    const bool after_colon = text.substr(0, i).ends_with("：");
    if ((i > 0 && !after_colon && !may_precede_reply(text[i - 1])) || !may_follow_reply(text, i + 3)) continue;
    const int code = (text[i] - '0') * 100 + (text[i + 1] - '0') * 10 + (text[i + 2] - '0');
    if (!is_reply_code(code)) continue;
    // "550 5.1.1": certain; of several bare ones the first counts.
    const std::size_t after = std::min(text.find_first_not_of(" -#'\"", i + 3), text.size());
    const bool certain = after < text.size() && !status_at(text, after).empty();
    if ((certain || !first) && at != nullptr) *at = i;
    if (certain) return code;
    if (!first) first = code;
  }
  return first;
}

}  // namespace poller
