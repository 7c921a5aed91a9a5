#include "mailbox/imap/wire_names.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace poller::imap {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

void append_utf16(std::string& out, char32_t c) {
  const auto unit = [&out](char32_t u) {
    out += static_cast<char>(u >> 8);
    out += static_cast<char>(u & 0xff);
  };
  if (c >= 0x10000) {
    unit(0xd800 + ((c - 0x10000) >> 10));
    unit(0xdc00 + ((c - 0x10000) & 0x3ff));
  } else {
    unit(c);
  }
}

// Base64 without padding, "," for "/".
std::string base64_of(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    count += 8;
    for (; count >= 6; count -= 6) out += kAlphabet[(bits >> (count - 6)) & 63];
  }
  if (count > 0) out += kAlphabet[(bits << (6 - count)) & 63];
  return out;
}

// UTF-16BE in that base64 to UTF-8; false when it is neither.
bool append_decoded(std::string_view encoded, std::string& out) {
  std::uint32_t bits = 0;
  int count = 0;
  char32_t high = 0;
  for (const char c : encoded) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return false;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 16) continue;
    count -= 16;
    const char32_t unit = (bits >> count) & 0xffff;
    const bool low = unit >= 0xdc00 && unit <= 0xdfff;
    if (low != (high != 0)) return false;
    if (unit >= 0xd800 && unit <= 0xdbff) {
      high = unit;
      continue;
    }
    text::append_utf8(out, low ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : unit);
    high = 0;
  }
  return high == 0 && count < 6 && (bits & ((1U << count) - 1)) == 0;
}

}  // namespace

std::string encode_folder(std::string_view utf8) {
  if (text::iequals(utf8, "INBOX")) return "INBOX";
  std::string out;
  std::string pending;  // UTF-16BE
  const auto flush = [&] {
    if (!pending.empty()) out += "&" + base64_of(pending) + "-";
    pending.clear();
  };
  for (std::size_t i = 0; i < utf8.size();) {
    const char32_t c = text::next_code_point(utf8, i);
    if (c < 0x20 || c > 0x7e) {
      append_utf16(pending, c);
      continue;
    }
    flush();
    out += static_cast<char>(c);
    if (c == '&') out += '-';
  }
  flush();
  return out;
}

std::string decode_folder(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '&') {
      out += name[i];
      continue;
    }
    const auto end = name.find('-', i + 1);
    if (end == std::string_view::npos) return text::to_valid_utf8(name);
    if (end == i + 1) {
      out += '&';
    } else if (!append_decoded(name.substr(i + 1, end - i - 1), out)) {
      return text::to_valid_utf8(name);
    }
    i = end;
  }
  return text::to_valid_utf8(out);
}

bool same_folder(std::string_view a, std::string_view b) noexcept {
  return a == b || (text::iequals(a, "INBOX") && text::iequals(b, "INBOX"));
}

bool is_quotable(std::string_view text) noexcept {
  return text.size() < 1000 && std::all_of(text.begin(), text.end(), [](char c) {
           const auto u = static_cast<unsigned char>(c);
           return u != 0 && u != '\r' && u != '\n' && u < 0x80;
         });
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace poller::imap
