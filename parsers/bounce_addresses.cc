#include "parsers/bounce_addresses.h"

#include <algorithm>

#include "base/text.h"

namespace poller {
namespace {

constexpr std::size_t kMaxLocalPart = 128;
constexpr std::size_t kMaxDomain = 255;

bool is_local_character(char c) noexcept {
  return text::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_domain_character(char c) noexcept {
  return text::is_alnum(c) || c == '-' || c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Where the local part that ends before `at` begins; quoted ones too.
std::size_t local_begin(std::string_view line, std::size_t at, std::size_t from) noexcept {
  std::size_t begin = at;
  const std::size_t floor = std::max(from, at > kMaxLocalPart ? at - kMaxLocalPart : 0);
  if (at > floor && line[at - 1] == '"') {
    const auto open = at < 2 ? std::string_view::npos : line.rfind('"', at - 2);
    return open != std::string_view::npos && open >= floor ? open : at;
  }
  while (begin > floor && is_local_character(line[begin - 1])) --begin;
  begin = text::utf8_prefix(line, begin).size();  // the limit may lie within a character
  // What stands glued before it: "'user@…", "smtp=user@…", "rfc822;user" ends at ";" by itself.
  const std::string_view local = line.substr(begin, at - begin);
  if (const auto equals = local.rfind('='); equals != std::string_view::npos) begin += equals + 1;
  while (begin < at && (line[begin] == '\'' || line[begin] == '.' || line[begin] == '*' || line[begin] == '`')) ++begin;
  return begin;
}

// Brackets, colons, commas and full stops of East Asian text stand right beside addresses, and look like letters of
// theirs.
constexpr std::string_view kWidePunctuation[] = {"（", "）", "【", "】", "「", "」", "＜", "＞", "：",
                                                 "，", "、", "。", "；", "“",  "”",  "《", "》"};

// Where what stands between the last of them and `end` begins; where the first of them at or after `begin` stands.
std::size_t behind_wide_punctuation(std::string_view line, std::size_t begin, std::size_t end) {
  for (const std::string_view mark : kWidePunctuation) {
    const std::size_t found = line.substr(0, end).rfind(mark);
    if (found != std::string_view::npos && found >= begin) begin = found + mark.size();
  }
  return begin;
}

std::size_t before_wide_punctuation(std::string_view line, std::size_t begin, std::size_t end) {
  for (const std::string_view mark : kWidePunctuation) {
    const std::size_t found = line.substr(0, end).find(mark, begin);
    if (found != std::string_view::npos) end = found;
  }
  return end;
}

std::size_t domain_end(std::string_view line, std::size_t begin) noexcept {
  std::size_t end = begin;
  if (end < line.size() && line[end] == '[') {
    const auto close = line.substr(0, std::min(line.size(), begin + kMaxDomain)).find(']', begin);
    return close == std::string_view::npos ? begin : close + 1;
  }
  while (end < line.size() && end - begin < kMaxDomain && is_domain_character(line[end])) ++end;
  end = begin + text::utf8_prefix(line.substr(begin), end - begin).size();
  while (end > begin && (line[end - 1] == '.' || line[end - 1] == '-' || line[end - 1] == '_')) --end;
  return end;
}

}  // namespace

std::vector<TextAddress> find_addresses(std::string_view line) {
  std::vector<TextAddress> found;
  std::size_t from = 0;
  for (std::size_t at = line.find('@'); at != std::string_view::npos && found.size() < 20;
       at = line.find('@', at + 1)) {
    const std::size_t begin = behind_wide_punctuation(line, local_begin(line, at, from), at);
    const std::size_t end = before_wide_punctuation(line, at + 1, domain_end(line, at + 1));
    if (begin == at || end == at + 1) continue;
    TextAddress address{line.substr(begin, end - begin), begin, end, false};
    const char before = begin > 0 ? line[begin - 1] : ' ';
    const char after = end < line.size() ? line[end] : ' ';
    address.bracketed = (before == '<' && after == '>') || (before == '"' && after == '"');
    const bool has_dot = line.substr(at + 1, end - at - 1).find('.') != std::string_view::npos;
    if (!has_dot && !address.bracketed) continue;
    found.push_back(address);
    from = end;
  }
  return found;
}

bool is_system_address(std::string_view address) {
  const std::string_view local = address.substr(0, address.find('@'));
  static constexpr std::string_view names[] = {
      "mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon",         "maildaemon", "mdaemon",
      "postmaster",    "post_master",  "post.master",   "mailadmin",           "mail-admin", "abuse",
      "hostmaster",    "daemon",       "smtpd",         "mail-deliver-system",
  };
  return std::any_of(std::begin(names), std::end(names), [&](std::string_view name) {
    return text::iequals(local, name) ||
           (name.size() > 8 && text::istarts_with(local, name) && !text::is_alnum(local[name.size()]));
  });
}

}  // namespace poller
