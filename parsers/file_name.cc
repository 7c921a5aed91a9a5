#include "parsers/file_name.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace poller {
namespace {

constexpr std::size_t kMaxNameBytes = 255;  // NAME_MAX of every file system that matters
constexpr std::size_t kMaxExtensionBytes = 32;

// Changes how a name reads without being seen: bidi controls, zero-width blanks, line separators, tags, interlinear
// marks. U+200C and U+200D stay: Persian, Indic scripts and emoji are spelled with them.
bool is_deceiving(char32_t c) noexcept {
  static constexpr std::pair<char32_t, char32_t> ranges[] = {
      {0x00ad, 0x00ad}, {0x061c, 0x061c}, {0x115f, 0x1160}, {0x180e, 0x180e}, {0x200b, 0x200b}, {0x200e, 0x200f},
      {0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
  };
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](const auto& range) { return c >= range.first && c <= range.second; });
}

bool is_dot_or_blank(char c) noexcept { return c == '.' || text::is_space(c); }

// The last path component of either convention; "dir/" gives "dir", "C:\x" and "C:x" give "x".
std::string_view last_component(std::string_view name) noexcept {
  const auto is_separator = [](char c) { return c == '/' || c == '\\'; };
  while (!name.empty() && is_separator(name.back())) name.remove_suffix(1);
  const auto cut = name.find_last_of("/\\");
  if (cut != std::string_view::npos) name.remove_prefix(cut + 1);
  const bool has_drive = name.size() > 2 && text::is_alpha(name[0]) && name[1] == ':' && !text::is_space(name[2]);
  if (has_drive) name.remove_prefix(2);
  return name;
}

// Windows opens the device whatever the extension, and whatever blanks stand before it.
bool is_device_name(std::string_view name) {
  std::string_view stem = text::trim(name.substr(0, name.find('.')));
  static constexpr std::array<std::string_view, 8> plain = {"con",    "prn",     "aux",    "nul",
                                                            "conin$", "conout$", "clock$", "config$"};
  if (std::any_of(plain.begin(), plain.end(), [&](std::string_view d) { return text::iequals(stem, d); })) return true;
  if (!text::istarts_with(stem, "com") && !text::istarts_with(stem, "lpt")) return false;
  stem.remove_prefix(3);
  return (stem.size() == 1 && text::is_digit(stem[0])) || stem == "\u00b9" || stem == "\u00b2" || stem == "\u00b3";
}

std::string without_hidden_characters(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (std::size_t pos = 0; pos < name.size();) {
    const char32_t c = text::next_code_point(name, pos);
    if (c == '\t' || c == '\n') {
      out += ' ';
    } else if (c >= 0x20 && (c < 0x7f || c >= 0xa0) && !is_deceiving(c)) {
      text::append_utf8(out, c);
    }
  }
  return out;
}

void shorten_file_name(std::string& name) {
  if (name.size() <= kMaxNameBytes) return;
  const auto dot = name.rfind('.');
  std::string extension;
  if (dot != std::string::npos && dot > 0 && name.size() - dot <= kMaxExtensionBytes) extension = name.substr(dot);
  std::string stem(text::utf8_prefix(std::string_view(name).substr(0, name.size() - extension.size()),
                                     kMaxNameBytes - extension.size()));
  while (!stem.empty() && is_dot_or_blank(stem.back())) stem.pop_back();
  name = stem + extension;
}

}  // namespace

std::string portable_file_name(std::string_view safe_name) {
  std::string name(safe_name);
  for (char& c : name) {
    if (std::string_view("*?\"<>|:/\\").find(c) != std::string_view::npos) c = '_';
  }
  return name;
}

std::optional<std::string> safe_file_name(std::string_view decoded) {
  // Hidden characters first: "..\u200b/x" and "C\u200b:x" must not survive as something else.
  const std::string visible = without_hidden_characters(decoded);
  std::string_view rest = text::trim(last_component(text::trim(visible)));
  while (!rest.empty() && is_dot_or_blank(rest.back())) rest.remove_suffix(1);
  if (rest.empty()) return std::nullopt;
  std::string name(rest);
  if (name[0] == '.') {  // would be hidden, or ".." and more
    name.erase(0, name.find_first_not_of(". "));
    name.insert(0, "_.");
  }
  if (is_device_name(name)) name.insert(0, "_");
  shorten_file_name(name);
  return name;
}

}  // namespace poller
