#include "config/shapes.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"

namespace poller::config {
namespace {

bool is_ipv4(std::string_view s) noexcept {
  in_addr address{};
  char buffer[INET_ADDRSTRLEN] = {};
  if (s.size() >= sizeof buffer) return false;
  s.copy(buffer, s.size());
  return ::inet_pton(AF_INET, buffer, &address) == 1;
}

bool is_ipv6(std::string_view s) noexcept {
  in6_addr address{};
  char buffer[INET6_ADDRSTRLEN] = {};
  if (s.size() >= sizeof buffer) return false;
  s.copy(buffer, s.size());
  return ::inet_pton(AF_INET6, buffer, &address) == 1;
}

std::string_view without_brackets(std::string_view s) noexcept {
  return s.size() > 2 && s.front() == '[' && s.back() == ']' ? s.substr(1, s.size() - 2) : s;
}

bool is_label(std::string_view s) noexcept {
  return !s.empty() && s.size() <= 63 && s.front() != '-' && s.back() != '-' &&
         std::all_of(s.begin(), s.end(), [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
}

bool parse_port_number(std::string_view s, std::uint16_t& port) noexcept {
  std::uint64_t value = 0;
  if (!text::parse_uint(s, value) || value == 0 || value > 65535) return false;
  port = static_cast<std::uint16_t>(value);
  return true;
}

}  // namespace

bool has_controls(std::string_view s) noexcept {
  return std::any_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_account_name(std::string_view s) noexcept {
  constexpr std::string_view kForbidden = " <>()[],;:\"\\";
  return !s.empty() && s.size() <= 320 && !has_controls(s) && text::is_utf8(s) &&
         s.find_first_of(kForbidden) == std::string_view::npos;
}

bool is_address(std::string_view s) noexcept {
  const std::size_t at = s.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < s.size() && s.find('@', at + 1) == std::string_view::npos &&
         is_account_name(s) && s.substr(at + 1).find("..") == std::string_view::npos && s[at + 1] != '.' &&
         s.back() != '.';
}

std::string address_of(std::string_view s) {
  if (has_controls(s) || !text::is_utf8(s)) return {};
  s = text::trim(s);
  const std::size_t open = s.rfind('<');
  if (open != std::string_view::npos && s.back() == '>') {
    const std::string_view name = s.substr(0, open);
    if (name.find_first_of("<>") != std::string_view::npos) return {};
    s = s.substr(open + 1, s.size() - open - 2);
  }
  return is_address(s) ? std::string(s) : std::string();
}

bool is_domain(std::string_view s) noexcept {
  if (s.size() > 253 || s.find('.') == std::string_view::npos) return false;
  for (std::size_t start = 0;;) {
    const std::size_t dot = s.find('.', start);
    if (!is_label(s.substr(start, dot == std::string_view::npos ? dot : dot - start))) return false;
    if (dot == std::string_view::npos) return true;
    start = dot + 1;
  }
}

bool is_host(std::string_view s) noexcept {
  if (is_ipv4(s) || is_ipv6(without_brackets(s))) return true;
  const bool number = s.find_first_not_of("0123456789.") == std::string_view::npos;
  return !number && (is_label(s) || is_domain(s));
}

bool is_loopback(std::string_view host) noexcept {
  host = without_brackets(host);
  return text::iequals(host, "localhost") || host == "::1" || (is_ipv4(host) && host.starts_with("127."));
}

bool is_guid(std::string_view s) noexcept {
  constexpr std::string_view kForm = "00000000-0000-0000-0000-000000000000";
  if (s.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = text::lower(s[i]);
    if (kForm[i] == '-' ? c != '-' : !(text::is_digit(c) || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

std::optional<Url> parse_url(std::string_view s) {
  if (!std::all_of(s.begin(), s.end(), [](char c) { return c > 0x20 && c < 0x7f; })) return std::nullopt;
  const std::size_t colon = s.find("://");
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Url url;
  url.scheme = text::to_lower(s.substr(0, colon));
  s.remove_prefix(colon + 3);
  const std::size_t end = std::min(s.find_first_of("/?#"), s.size());
  url.rest = s.substr(end);
  std::string_view authority = s.substr(0, end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.userinfo = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  if (is_host(authority) && !is_ipv6(authority)) {
    url.host = without_brackets(authority);
    return url;
  }
  if (!parse_host_port(authority, url.host, url.port)) return std::nullopt;
  return url;
}

bool parse_host_port(std::string_view s, std::string& host, std::uint16_t& port) {
  const std::size_t colon = s.rfind(':');
  if (colon == std::string_view::npos || !parse_port_number(s.substr(colon + 1), port)) return false;
  const std::string_view name = s.substr(0, colon);
  if (!is_host(name) || is_ipv6(name)) return false;  // IPv6 with a port needs its brackets
  host = without_brackets(name);
  return true;
}

std::string mask_userinfo(const std::string& url) {
  const std::size_t start = url.find("://");
  if (start == std::string::npos) return url;
  const std::size_t at = url.rfind('@');  // the last one: a password may hold any character, encoded or not
  if (at == std::string::npos || at < start + 3) return url;
  return url.substr(0, start + 3) + "***" + url.substr(at);
}

}  // namespace poller::config
