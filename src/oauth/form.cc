#include <fmt/format.h>

#include "base/text.h"
#include "oauth/http.h"

namespace poller::oauth {
namespace {

int hex_value(char c) {
  if (text::is_digit(c)) return c - '0';
  const char l = text::lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace

std::string url_encode(std::string_view s) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(3 * s.size());
  for (const char c : s) {
    if (text::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::string url_decode(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    const bool escape = s[i] == '%' && i + 2 < s.size() && hex_value(s[i + 1]) >= 0 && hex_value(s[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hex_value(s[i + 1]) * 16 + hex_value(s[i + 2]));
      i += 2;
    } else {
      out += s[i] == '+' ? ' ' : s[i];
    }
  }
  return out;
}

Form& Form::add(std::string_view name, std::string_view value) {
  std::string encoded = url_encode(value);
  std::string longer;
  longer.reserve(body_.size() + name.size() + encoded.size() + 2);
  longer.append(body_.reveal());
  if (!longer.empty()) longer += '&';
  longer.append(name).append("=").append(encoded);
  Secret::wipe(encoded);
  body_ = Secret(std::move(longer));
  return *this;
}

Form& Form::add(std::string_view name, const Secret& value) {
  secrets_.push_back(value);
  return add(name, value.reveal());
}

}  // namespace poller::oauth
