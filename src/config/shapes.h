// What an address, a host, a URL or a GUID looks like. Pure, and strict: what passes can go on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poller::config {

/// C0 controls and DEL: nothing that may reach a header, a command or a log.
bool has_controls(std::string_view s) noexcept;

/// local@domain without blanks, controls, brackets and list separators, at most 320 bytes.
bool is_address(std::string_view s) noexcept;
/// As is_address, or a bare name as servers without domains have it.
bool is_account_name(std::string_view s) noexcept;
/// The address of "Name <address>" or of a bare address; empty when it is neither.
std::string address_of(std::string_view s);
/// "contoso.com": at least two labels of letters, digits and hyphens.
bool is_domain(std::string_view s) noexcept;
/// A domain, a single label, an IPv4 address, or an IPv6 address with or without brackets.
bool is_host(std::string_view s) noexcept;
/// localhost, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host) noexcept;
/// 8-4-4-4-12 hexadecimal digits.
bool is_guid(std::string_view s) noexcept;

struct Url {
  std::string scheme;      // lower case
  std::string userinfo;    // "user:password", undecoded
  std::string host;        // IPv6 without brackets
  std::uint16_t port = 0;  // 0: none given
  std::string rest;        // path, query and fragment
};
/// "scheme://[userinfo@]host[:port][/rest]" in printable ASCII.
std::optional<Url> parse_url(std::string_view s);
/// "host:port" or "[v6]:port".
bool parse_host_port(std::string_view s, std::string& host, std::uint16_t& port);
/// The URL with "***" in place of its userinfo; any other text unchanged.
std::string mask_userinfo(const std::string& url);

}  // namespace poller::config
