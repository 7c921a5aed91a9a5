#include "oauth/json_object.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace poller::oauth {

// Reads one object; `fine_` goes false at the first fault and everything after it does nothing.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : s_(text) {}

  std::optional<JsonObject> read() {
    if (s_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    JsonObject object;
    expect('{');
    if (!accept('}')) {
      do {
        read_member(object);
      } while (fine_ && accept(','));
      expect('}');
    }
    skip_blanks();
    if (!fine_ || at_ != s_.size()) return std::nullopt;
    return object;
  }

 private:
  using Kind = JsonObject::Kind;
  static constexpr int kDepth = 32;
  static constexpr std::size_t kMembers = 1000;

  void read_member(JsonObject& object) {
    JsonObject::Member member;
    Secret name = read_string();
    member.name = name.reveal();
    expect(':');
    if (!fine_ || object.has(member.name) || object.members_.size() >= kMembers) {
      fine_ = false;
      return;
    }
    skip_blanks();
    const char first = peek();
    if (first == '"') {
      member.kind = Kind::string;
      member.text = read_string();
    } else if (first == '[') {
      member.kind = Kind::array;
      read_array(member);
    } else if (first == '{') {
      member.kind = Kind::object;
      skip_nested();
    } else {
      member.kind = first == '-' || text::is_digit(first) ? Kind::number : Kind::literal;
      member.text = Secret(std::string(read_scalar()));
    }
    object.members_.push_back(std::move(member));
  }

  void read_array(JsonObject::Member& member) {
    expect('[');
    if (accept(']')) return;
    do {
      skip_blanks();
      const char first = peek();
      if (first == '"') {
        member.items.push_back(read_string());
      } else if (first == '[' || first == '{') {
        skip_nested();
      } else {
        member.items.emplace_back(std::string(read_scalar()));
      }
    } while (fine_ && accept(','));
    expect(']');
  }

  // Steps over an object or array with its brackets matched. Commas and colons within are not looked at: what is
  // skipped is not used.
  void skip_nested() {
    std::string closers;
    while (fine_) {
      skip_blanks();
      const char c = peek();
      if (c == '"') {
        read_string();
        continue;
      }
      if (at_ >= s_.size()) {
        fine_ = false;
        return;
      }
      ++at_;
      if (c == '{' || c == '[') closers += c == '{' ? '}' : ']';
      if (c == '}' || c == ']') {
        if (closers.empty() || closers.back() != c) fine_ = false;
        if (!closers.empty()) closers.pop_back();
        if (closers.empty()) return;
      }
      if (closers.size() > kDepth) fine_ = false;
    }
  }

  std::string_view read_scalar() {
    const std::size_t begin = at_;
    while (at_ < s_.size() && (text::is_alnum(s_[at_]) || s_[at_] == '-' || s_[at_] == '+' || s_[at_] == '.')) ++at_;
    const std::string_view word = s_.substr(begin, at_ - begin);
    const bool literal = word == "true" || word == "false" || word == "null";
    if (word.empty() || (!literal && word[0] != '-' && !text::is_digit(word[0]))) fine_ = false;
    return word;
  }

  Secret read_string() {
    expect('"');
    const std::size_t end = find_closing_quote();
    if (!fine_) return {};
    std::string out;
    out.reserve(end - at_);  // decoding never makes it longer: no reallocation that would leave a copy behind
    while (fine_ && at_ < end) append_character(out);
    ++at_;
    if (!text::is_utf8(out)) {
      std::string valid = text::to_valid_utf8(out);
      Secret::wipe(out);
      out = std::move(valid);
    }
    return Secret(std::move(out));
  }

  std::size_t find_closing_quote() {
    for (std::size_t i = at_; fine_ && i < s_.size(); ++i) {
      if (s_[i] == '"') return i;
      if (static_cast<unsigned char>(s_[i]) < 0x20) break;
      if (s_[i] == '\\') ++i;
    }
    fine_ = false;
    return at_;
  }

  void append_character(std::string& out) {
    const char c = s_[at_++];
    if (c != '\\') {
      out += c;
      return;
    }
    static constexpr std::string_view kEscapes = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    const char escape = s_[at_++];
    if (escape == 'u') {
      append_escaped_code_point(out);
      return;
    }
    const std::size_t which = kEscapes.find(escape);
    if (which == std::string_view::npos) {
      fine_ = false;
    } else {
      out += kMeanings[which];
    }
  }

  void append_escaped_code_point(std::string& out) {
    char32_t unit = read_hex4();
    if (unit >= 0xD800 && unit < 0xDC00 && s_.substr(at_, 2) == "\\u") {
      const std::size_t back = at_;
      at_ += 2;
      const char32_t low = read_hex4();
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      } else {
        at_ = back;
      }
    }
    text::append_utf8(out, unit);
  }

  char32_t read_hex4() {
    const std::string_view digits = s_.substr(at_, 4);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) fine_ = false;
    at_ += digits.size();
    return value;
  }

  void skip_blanks() {
    while (at_ < s_.size() && (s_[at_] == ' ' || s_[at_] == '\t' || s_[at_] == '\r' || s_[at_] == '\n')) ++at_;
  }
  [[nodiscard]] char peek() const { return at_ < s_.size() ? s_[at_] : '\0'; }
  bool accept(char c) {
    skip_blanks();
    if (!fine_ || peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fine_ = false;
  }

  std::string_view s_;
  std::size_t at_ = 0;
  bool fine_ = true;
};

std::optional<JsonObject> JsonObject::parse(std::string_view text) { return JsonReader(text).read(); }

const JsonObject::Member* JsonObject::find(std::string_view name) const noexcept {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

std::string_view JsonObject::string(std::string_view name) const noexcept {
  const Member* const member = find(name);
  return member != nullptr && member->kind == Kind::string ? member->text.reveal() : std::string_view();
}

std::optional<std::int64_t> JsonObject::number(std::string_view name) const noexcept {
  const Member* const member = find(name);
  if (member == nullptr || (member->kind != Kind::number && member->kind != Kind::string)) return std::nullopt;
  const std::string_view text = member->text.reveal();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && (end == text.data() + text.size() || *end == '.');
  return whole ? std::optional(value) : std::nullopt;
}

bool JsonObject::boolean(std::string_view name) const noexcept {
  const Member* const member = find(name);
  return member != nullptr && member->kind == Kind::literal && member->text.reveal() == "true";
}

std::vector<std::string> JsonObject::list(std::string_view name) const {
  std::vector<std::string> out;
  if (const Member* const member = find(name)) {
    for (const Secret& item : member->items) out.emplace_back(item.reveal());
  }
  return out;
}

void JsonWriter::append(std::string_view piece) {
  // Grown by hand: a string that grows by itself leaves what it held in the memory it gives back.
  std::string longer;
  longer.reserve(out_.size() + piece.size());
  longer.append(out_.reveal()).append(piece);
  out_ = Secret(std::move(longer));
}

void JsonWriter::append_string(std::string_view value) {
  std::string quoted = text::json_string(value);
  append(quoted);
  Secret::wipe(quoted);
}

void JsonWriter::append_name(std::string_view name) {
  append(out_.empty() ? "{" : ",");
  append_string(name);
  append(":");
}

JsonWriter& JsonWriter::add(std::string_view name, std::string_view value) {
  append_name(name);
  append_string(value);
  return *this;
}

JsonWriter& JsonWriter::add(std::string_view name, std::int64_t value) {
  append_name(name);
  append(std::to_string(value));
  return *this;
}

JsonWriter& JsonWriter::add(std::string_view name, const std::vector<std::string>& values) {
  append_name(name);
  append("[");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) append(",");
    append_string(values[i]);
  }
  append("]");
  return *this;
}

Secret JsonWriter::finish() {
  append(out_.empty() ? "{}" : "}");
  return std::move(out_);
}

}  // namespace poller::oauth
