#include "parsers/html_link.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace poller {

namespace {

constexpr std::size_t kComparedText = 4096;  // a longer link text is no address
constexpr std::string_view kSafeLinks = ".safelinks.protection.outlook.com/";

constexpr std::array<std::string_view, 8> kHiddenSchemes = {
    "javascript:", "vbscript:", "data:", "cid:", "about:", "x-apple-data-detectors:", "applewebdata:", "mid:"};

std::string percent_decode(std::string_view s) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const std::string_view digits = s.substr(i + 1, 2);
    const auto value = [](char c) {
      const char l = text::lower(c);
      return text::is_digit(c) ? c - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
    };
    if (s[i] == '%' && digits.size() == 2 && value(digits[0]) >= 0 && value(digits[1]) >= 0) {
      out += static_cast<char>(value(digits[0]) * 16 + value(digits[1]));
      i += 2;
    } else {
      out += s[i];
    }
  }
  return text::to_valid_utf8(out);
}

std::string clean_address(std::string_view href) {
  std::string out;
  for (const char c : text::trim(href))
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  return out;
}

std::string unwrap_safe_link(std::string address) {
  const std::string_view view = address;
  const std::size_t host = text::ifind(view.substr(0, 200), kSafeLinks);
  if (host == std::string_view::npos) return address;
  std::size_t from = view.find("?url=", host);
  if (from == std::string_view::npos) from = view.find("&url=", host);
  if (from == std::string_view::npos) return address;
  const std::string_view value = view.substr(from + 5);
  // Control characters again: this time they stood there encoded.
  std::string target = clean_address(percent_decode(value.substr(0, value.find('&'))));
  return text::istarts_with(target, "http") || text::istarts_with(target, "mailto:") ? target : address;
}

/// Only what tells addresses apart: no scheme, no "www.", no final slash, no blanks or brackets around.
std::string comparable(std::string_view s) {
  std::string out = text::to_lower(text::trim(s));
  std::string_view rest = out;
  while (!rest.empty() && (rest.front() == '<' || rest.front() == '[' || rest.front() == '(')) rest.remove_prefix(1);
  while (!rest.empty() && (rest.back() == '>' || rest.back() == ']' || rest.back() == ')')) rest.remove_suffix(1);
  for (const std::string_view prefix : {"https://", "http://", "mailto:", "tel:", "www."})
    if (rest.substr(0, prefix.size()) == prefix) rest.remove_prefix(prefix.size());
  while (!rest.empty() && (rest.back() == '/' || rest.back() == '.')) rest.remove_suffix(1);
  return std::string(rest);
}

std::string digits_of(std::string_view s) {
  std::string out;
  for (const char c : s)
    if (text::is_digit(c)) out += c;
  return out;
}

bool leads_nowhere(std::string_view address) {
  if (address.empty() || address.front() == '#' || address.front() == '?') return true;
  if (address.front() == '/' && address.substr(0, 2) != "//") return true;
  if (std::any_of(kHiddenSchemes.begin(), kHiddenSchemes.end(),
                  [&](std::string_view scheme) { return text::istarts_with(address, scheme); }))
    return true;
  return address.find_first_of(":.") == std::string_view::npos;
}

}  // namespace

std::string shown_link_address(std::string_view href, std::string_view text) {
  std::string address = unwrap_safe_link(clean_address(href));
  if (leads_nowhere(address)) return {};
  if (text::istarts_with(address, "mailto:")) address = address.substr(7, address.find('?') - 7);
  const bool phone = text::istarts_with(address, "tel:");
  if (phone) address.erase(0, 4);
  if (address.empty()) return {};
  if (text.size() > kComparedText) return address;
  if (phone && digits_of(address) == digits_of(text)) return {};
  const std::string shown = comparable(text);
  if (shown == comparable(address) || shown == comparable(percent_decode(address))) return {};
  return address;
}

}  // namespace poller
