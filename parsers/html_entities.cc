#include "parsers/html_entities.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "parsers/html_entity_table.h"

namespace poller {

namespace {

struct Entity {
  std::string_view name;
  std::string_view code_points;  // "22A" or "22A+338"
};

constexpr std::size_t kLongestEntity = 32;  // bytes; CounterClockwiseContourIntegral has 31

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

const std::vector<Entity>& entities() {
  static const std::vector<Entity> table = [] {
    std::vector<Entity> result;
    for (std::string_view rest = kHtmlEntityTable; !rest.empty();) {
      const std::string_view name = take_word(rest);
      result.push_back({name, take_word(rest)});
    }
    return result;
  }();
  return table;
}

const std::vector<std::string_view>& legacy_entities() {
  static const std::vector<std::string_view> table = [] {
    std::vector<std::string_view> result;
    for (std::string_view rest = kHtmlLegacyEntities; !rest.empty();) result.push_back(take_word(rest));
    return result;
  }();
  return table;
}

std::string_view entity_code_points(std::string_view name) {
  const auto& table = entities();
  const auto it = std::lower_bound(table.begin(), table.end(), name,
                                   [](const Entity& entity, std::string_view key) { return entity.name < key; });
  return it != table.end() && it->name == name ? it->code_points : std::string_view();
}

int hex_value(char c) {
  if (text::is_digit(c)) return c - '0';
  const char l = text::lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

void append_code_points(std::string_view hex, std::string& out) {
  char32_t value = 0;
  for (const char c : hex) {
    if (c == '+') {
      text::append_utf8(out, value);
      value = 0;
    } else {
      value = value * 16 + static_cast<char32_t>(hex_value(c));
    }
  }
  text::append_utf8(out, value);
}

/// HTML Living Standard 13.2.5.80: what browsers make of C1 numbers.
char32_t windows_1252(char32_t c) {
  static constexpr std::array<char32_t, 32> table = {0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                                     0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                                     0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                     0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
  return c >= 0x80 && c <= 0x9F ? table[c - 0x80] : c;
}

bool decode_number(std::string_view html, std::size_t& pos, std::string& out) {
  std::size_t at = pos + 2;
  const bool is_hex = at < html.size() && text::lower(html[at]) == 'x';
  if (is_hex) ++at;
  const std::size_t digits = at;
  char32_t value = 0;
  for (; at < html.size(); ++at) {
    const int digit = hex_value(html[at]);
    if (digit < 0 || (!is_hex && digit > 9)) break;
    value = std::min<char32_t>(value * (is_hex ? 16 : 10) + static_cast<char32_t>(digit), 0x110000);
  }
  if (at == digits) return false;
  if (at < html.size() && html[at] == ';') ++at;
  pos = at;
  if (value != 0) text::append_utf8(out, windows_1252(value));
  return true;
}

/// The longest legacy name that `name` starts with.
std::string_view legacy_prefix(std::string_view name) {
  const auto& table = legacy_entities();
  for (std::size_t length = std::min<std::size_t>(name.size(), 6); length >= 2; --length)
    if (std::binary_search(table.begin(), table.end(), name.substr(0, length))) return name.substr(0, length);
  return {};
}

bool decode_name(std::string_view html, std::size_t& pos, std::string& out, bool in_attribute) {
  std::size_t end = pos + 1;
  while (end < html.size() && end - pos <= kLongestEntity && text::is_alnum(html[end])) ++end;
  const std::string_view name = html.substr(pos + 1, end - pos - 1);
  if (end < html.size() && html[end] == ';') {
    const std::string_view code_points = entity_code_points(name);
    if (!code_points.empty()) {
      append_code_points(code_points, out);
      pos = end + 1;
      return true;
    }
  }
  const std::string_view legacy = legacy_prefix(name);
  if (legacy.empty()) return false;
  const std::size_t next = pos + 1 + legacy.size();
  if (in_attribute && next < html.size() && (html[next] == '=' || text::is_alnum(html[next]))) return false;
  append_code_points(entity_code_points(legacy), out);
  pos = next;
  return true;
}

}  // namespace

void decode_entity(std::string_view html, std::size_t& pos, std::string& out, bool in_attribute) {
  const bool number = pos + 1 < html.size() && html[pos + 1] == '#';
  if (number ? decode_number(html, pos, out) : decode_name(html, pos, out, in_attribute)) return;
  out += '&';
  ++pos;
}

std::string decode_entities(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  std::size_t pos = 0;
  while (pos < value.size()) {
    const std::size_t amp = value.find('&', pos);
    out += value.substr(pos, amp - pos);
    if (amp == std::string_view::npos) break;
    pos = amp;
    decode_entity(value, pos, out, true);
  }
  return out;
}

}  // namespace poller
