#include "parsers/encode_header.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "lib/icu/domain.h"

namespace poller {
namespace {

constexpr std::size_t kLine = 76;       // octets of a line, where it can be folded (RFC 5322 section 2.1.1 asks for 78)
constexpr std::size_t kWord = 45;       // octets of UTF-8 in one encoded word: 60 of base64, 72 in all, of 75 allowed
constexpr std::size_t kWordFrame = 12;  // "=?UTF-8?B?" and "?="
constexpr std::size_t kHardWord = 70;   // a plain word longer than this is encoded, so that it can be folded
constexpr std::size_t kName = 200;      // octets of a display name that are kept

bool is_plain(char c) noexcept { return c >= ' ' && c <= '~'; }

bool is_plain(std::string_view s) noexcept {
  return std::all_of(s.begin(), s.end(), [](char c) { return is_plain(c); });
}

// Writes words into a field, a fold before each that would pass the line's end.
class Folded {
 public:
  explicit Folded(std::string_view name) : column_(name.size() + 2) {}

  void add(std::string_view word, bool blank = true) {
    const bool first = out_.empty();
    if (!first && column_ + word.size() + (blank ? 1 : 0) > kLine) {
      out_ += "\r\n ";
      column_ = 1;
    } else if (!first && blank) {
      out_ += ' ';
      ++column_;
    }
    out_ += word;
    column_ += word.size();
  }

  /// How much fits into this line when nothing has been written into it yet.
  [[nodiscard]] std::size_t first_room() const { return out_.empty() && column_ < kLine ? kLine - column_ : kLine - 1; }

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  std::string out_;
  std::size_t column_;
};

void add_encoded(Folded& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t fits = out.first_room() > 2 * kWordFrame ? (out.first_room() - kWordFrame) / 4 * 3 : kWord;
    std::string_view piece = text::utf8_prefix(text, std::min(kWord, fits));
    if (piece.empty()) piece = text.substr(0, 1);
    out.add(fmt::format("=?UTF-8?B?{}?=", text::base64(piece)));
    text.remove_prefix(piece.size());
  }
}

bool goes_plain(std::string_view text) {
  if (!is_plain(text) || text.find("=?") != std::string_view::npos) return false;
  const auto words = text::split(text, ' ');
  return std::all_of(words.begin(), words.end(), [](std::string_view w) { return w.size() <= kHardWord; });
}

bool is_atom_text(char c) noexcept {
  return text::is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~ ").find(c) != std::string_view::npos;
}

void add_display_name(Folded& out, std::string_view name) {
  if (!goes_plain(name)) {
    add_encoded(out, name);
    return;
  }
  std::string shown(name);
  if (!std::all_of(name.begin(), name.end(), is_atom_text)) {
    shown = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') shown += '\\';
      shown += c;
    }
    shown += '"';
  }
  for (const auto word : text::split(shown, ' ')) out.add(word);
}

std::string percent_encoded(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (text::is_alnum(c) || c == '-' || c == '.' || c == '_') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string wire_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || text::is_ascii(address.substr(at + 1))) return std::string(address);
  return std::string(address.substr(0, at + 1)) + icu::ascii_domain(address.substr(at + 1));
}

bool is_sendable_address(std::string_view address) {
  const std::string a = wire_address(address);
  const auto at = a.find('@');
  if (a.size() > 254 || at == std::string::npos || at == 0 || at > 64 || at + 1 == a.size()) return false;
  if (a.find('@', at + 1) != std::string::npos) return false;
  return std::all_of(a.begin(), a.end(), [](char c) {
    return c > ' ' && c <= '~' && std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
  });
}

bool is_sendable_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 900 &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~' && c != '<' && c != '>'; });
}

std::string one_line(std::string_view given) {
  const std::string valid = text::to_valid_utf8(given);
  std::string out;
  for (std::size_t pos = 0; pos < valid.size();) {
    const char32_t c = text::next_code_point(valid, pos);
    const bool blank = c <= 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
    if (!blank) {
      text::append_utf8(out, c);
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string encode_unstructured(std::string_view name, std::string_view given) {
  const std::string line = one_line(given);
  Folded out(name);
  if (goes_plain(line)) {
    for (const auto word : text::split(line, ' ')) out.add(word);
  } else {
    add_encoded(out, line);
  }
  return std::move(out).take();
}

std::string encode_addresses(std::string_view name, const std::vector<Address>& addresses) {
  std::vector<const Address*> sendable;
  for (const auto& a : addresses) {
    if (is_sendable_address(a.address)) sendable.push_back(&a);
  }
  Folded out(name);
  for (std::size_t i = 0; i < sendable.size(); ++i) {
    const std::string line = one_line(sendable[i]->name);
    const std::string_view shown = text::utf8_prefix(line, kName);
    const char* comma = i + 1 < sendable.size() ? "," : "";
    if (!shown.empty()) add_display_name(out, shown);
    out.add(fmt::format(fmt::runtime(shown.empty() ? "{}{}" : "<{}>{}"), wire_address(sendable[i]->address), comma));
  }
  return std::move(out).take();
}

std::string encode_ids(std::string_view name, const std::vector<std::string>& ids) {
  Folded out(name);
  for (const auto& id : ids) {
    if (is_sendable_id(id)) out.add("<" + id + ">");
  }
  return std::move(out).take();
}

std::string encode_parameter(std::string_view name, std::string_view given) {
  const std::string value = one_line(given);
  const bool simple = is_plain(value) && value.find_first_of("\"\\") == std::string::npos && value.size() <= 60;
  if (simple) return fmt::format(";\r\n {}=\"{}\"", name, value);
  // RFC 2231 section 3 and 4: each piece ends between characters.
  std::string out;
  std::string_view rest = value;
  constexpr std::size_t kPiece = 16;  // octets, at most 48 once encoded
  const bool single = percent_encoded(rest).size() <= 50;
  for (int n = 0; !rest.empty(); ++n) {
    std::string_view piece = single ? rest : text::utf8_prefix(rest, kPiece);
    if (piece.empty()) piece = rest.substr(0, 1);
    rest.remove_prefix(piece.size());
    out += fmt::format(";\r\n {}{}*={}{}", name, single ? "" : fmt::format("*{}", n), n == 0 ? "UTF-8''" : "",
                       percent_encoded(piece));
  }
  return out;
}

}  // namespace poller
