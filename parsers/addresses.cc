#include "parsers/addresses.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "parsers/address_phrase.h"
#include "parsers/header_words.h"

namespace poller {
namespace {

// One list item, split into what stands outside "<>" and comments, what stands inside, and the comments.
struct ListItem {
  std::string phrase;  // quotes kept
  std::optional<std::string> angle;
  std::string comment;
  bool before_comma = false;
  [[nodiscard]] bool empty() const { return !angle && text::trim(phrase).empty() && text::trim(comment).empty(); }
};

bool is_plain_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Splits a list at its separators. One pass, every byte is looked at once.
class ListReader {
 public:
  explicit ListReader(std::string_view in) : in_(in) {
    last_semicolon_ = in_.rfind(';');
    last_close_ = in_.rfind('>');
    last_quote_ = in_.rfind('"');
  }

  // False at the end. An item may be empty.
  bool next(ListItem& item) {
    if (pos_ >= in_.size()) return false;
    item = ListItem();
    item.phrase.swap(carried_);
    while (pos_ < in_.size()) {
      const char c = in_[pos_];
      if (c == ',' || c == ';') {
        ++pos_;
        item.before_comma = c == ',';
        return true;
      }
      if (c == '"') {
        quoted(item.phrase);
      } else if (c == '(') {
        comment(item.comment);
      } else if (c == '<') {
        if (item.angle && item.angle->find('@') == std::string::npos && holds_address()) {
          item.phrase.insert(behind_angle_, "<" + *item.angle + ">");  // "Joe <Sales> <joe@x>": a part of the name
        } else if (item.angle && !text::trim(*item.angle).empty()) {   // the separator is missing
          carried_ = item.phrase.substr(behind_angle_);
          item.phrase.resize(behind_angle_);
          return true;
        }
        angle(item);
      } else if (c == ':' && starts_group(item)) {
        item = ListItem();
        ++pos_;
      } else if (c == '=' && word_length() > 0) {
        const std::size_t length = word_length();
        item.phrase += in_.substr(pos_, length);
        pos_ += length;
      } else if (c == '[') {
        literal(item.phrase);
      } else {
        if (c != '>') item.phrase += c;
        ++pos_;
      }
    }
    return true;
  }

 private:
  // An encoded word, unless it is unterminated: then commas after it still separate.
  [[nodiscard]] std::size_t word_length() const {
    if (in_.compare(pos_, 2, "=?") != 0) return 0;
    const std::size_t length = encoded_word_length(in_, pos_);
    return length > 2 && in_.compare(pos_ + length - 2, 2, "?=") == 0 ? length : 0;
  }

  // "Name:" starts a group where a ";" ends it, or where nothing follows ("undisclosed-recipients:").
  [[nodiscard]] bool starts_group(const ListItem& item) const {
    if (item.angle || item.phrase.find('@') != std::string::npos) return false;
    if (last_semicolon_ != std::string_view::npos && last_semicolon_ > pos_) return true;
    return text::trim(in_.substr(pos_ + 1)).empty();
  }

  // Whether the "<" here begins an address with "@".
  [[nodiscard]] bool holds_address() const {
    const std::string_view inside = in_.substr(pos_ + 1, kLongestComment);
    const std::size_t end = inside.find_first_of("<>");
    return end < inside.size() && inside[end] == '>' && inside.substr(0, end).find('@') < end;
  }

  // Whether the "<" that is open ends at the separator here: another one begins before any ">". A route has commas too,
  // but its ">" comes first.
  [[nodiscard]] bool ends_unclosed() {
    if (next_bracket_ < pos_) next_bracket_ = std::min(in_.find_first_of("<>", pos_), in_.size());
    return next_bracket_ == in_.size() || in_[next_bracket_] == '<';
  }

  void quoted(std::string& out) {
    if (pos_ == last_quote_) {  // never closed
      ++pos_;
      return;
    }
    out += in_[pos_++];
    for (; pos_ < in_.size(); ++pos_) {
      out += in_[pos_];
      if (in_[pos_] == '"') break;
      if (in_[pos_] == '\\' && pos_ + 1 < in_.size()) out += in_[++pos_];
    }
    if (pos_ < in_.size()) ++pos_;
  }

  void comment(std::string& out) {
    int depth = 0;
    if (!out.empty()) out += ' ';
    for (; pos_ < in_.size(); ++pos_) {
      const char c = in_[pos_];
      if (c == '(' && depth++ == 0) continue;
      if (c == ')' && --depth == 0) {
        ++pos_;
        return;
      }
      if (c == '\\' && pos_ + 1 < in_.size()) ++pos_;
      out += in_[pos_];
    }
  }

  void angle(ListItem& item) {
    ++pos_;
    std::string inside;
    const bool closed = last_close_ != std::string_view::npos && last_close_ >= pos_;
    const std::size_t end = closed ? in_.find('>', pos_) : in_.size();
    for (; pos_ < in_.size() && in_[pos_] != '>'; ++pos_) {
      const char c = in_[pos_];
      if (c == '<') {
        inside.clear();  // "<<a@b>>", "<name <a@b>"
      } else if ((c == ',' || c == ';') && ends_unclosed()) {
        break;
      } else if (c == '"' && in_.substr(pos_ + 1, end - pos_ - 1).find('"') != std::string_view::npos) {
        quoted(inside);
        --pos_;
      } else if (c == '(' &&
                 in_.substr(pos_, std::min(end - pos_, kLongestComment)).find(')') != std::string_view::npos) {
        comment(item.comment);
        --pos_;
      } else {
        inside += c;
      }
    }
    if (pos_ < in_.size() && in_[pos_] == '>') ++pos_;
    item.angle = std::move(inside);
    behind_angle_ = item.phrase.size();
  }

  void literal(std::string& out) {
    const std::size_t close = in_.substr(pos_, kLongestComment).find(']');
    if (text::trim(out).ends_with('@') && close != std::string_view::npos) {  // "joe@[ 192 . 0.2.1 ]"
      for (const char c : in_.substr(pos_, close + 1)) {
        if (!is_plain_space(c)) out += c;
      }
      pos_ += close + 1;
      return;
    }
    for (; pos_ < in_.size(); ++pos_) {
      const char c = in_[pos_];
      if (c == ',' || c == ';' || c == '<' || c == '"' || is_plain_space(c)) return;
      out += c;
      if (c == ']') {
        ++pos_;
        return;
      }
    }
  }

  // Within "<>", and of what is looked ahead; a limit keeps the search for its end short.
  static constexpr std::size_t kLongestComment = 256;

  std::string_view in_;
  std::size_t pos_ = 0;
  std::string carried_;           // the phrase of the next item, where no separator stood before it
  std::size_t behind_angle_ = 0;  // the length of the phrase where "<>" ended
  std::size_t next_bracket_ = 0;  // the first "<" or ">" at or behind pos_, when it was last asked for
  std::size_t last_semicolon_;
  std::size_t last_close_;
  std::size_t last_quote_;
};

std::string unquote(std::string_view s) {
  std::string out;
  bool in_quotes = false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '"') {
      in_quotes = !in_quotes;
    } else if (s[i] == '\\' && in_quotes && i + 1 < s.size()) {
      out += s[++i];
    } else if (!in_quotes && s[i] == ' ' && out.ends_with(' ')) {
      continue;  // outside of quotes, blanks and where comments stood are one blank
    } else {
      out += s[i];
    }
  }
  return out;
}

std::string address_text(std::string_view s) {
  const bool plain = s.find("=?") == std::string_view::npos &&
                     std::all_of(s.begin(), s.end(), [](char c) { return c >= ' ' && c != '\x7f'; });
  return plain ? std::string(s) : decode_words(s);
}

// An address without the blanks around its parts, the route ("@a,@b:"), and "mailto:".
std::string clean_address(std::string_view s) {
  std::string out;
  bool in_quotes = false;
  for (const char c : s) {
    if (c == '"') in_quotes = !in_quotes;
    if (in_quotes || !is_plain_space(c)) out += c;
  }
  if (out.starts_with('[') && out.ends_with(']') && out.find('@') != std::string::npos)
    out = out.substr(1, out.size() - 2);  // "[mailto:a@b]", "[SMTP:a@b]", "[a@b]"
  for (const std::string_view scheme : {"mailto:", "smtp:"}) {
    if (text::istarts_with(out, scheme)) out.erase(0, scheme.size());
  }
  if (out.starts_with('@')) {
    if (const std::size_t colon = out.rfind(':'); colon != std::string::npos) out.erase(0, colon + 1);
  }
  while (!out.empty() && (out.front() == '\'' || out.front() == '<') && out.find('@') != std::string::npos)
    out.erase(0, 1);
  while (!out.empty() && (out.back() == '\'' || out.back() == '>' || out.back() == ',')) out.pop_back();
  if (out.size() > 2 && out.front() == '"' && out.back() == '"') out = unquote(out);
  return address_text(out);
}

std::string clean_name(std::string_view phrase, std::string_view hint) {
  return decode_words(unquote(text::trim(phrase)), nullptr, hint);
}

// "John <a@b>" that was encoded or quoted as a whole.
std::optional<Address> address_within(const std::string& name) {
  const std::size_t open = name.rfind('<');
  const std::size_t close = name.find('>', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  const std::string_view inside = std::string_view(name).substr(open + 1, close - open - 1);
  if (inside.find('@') == std::string_view::npos) return std::nullopt;
  return Address{std::string(text::trim(unquote(std::string_view(name).substr(0, open)))), clean_address(inside)};
}

Address address_with_angle(const ListItem& item, std::string_view hint) {
  Address out;
  out.address = clean_address(*item.angle);
  out.name = clean_name(item.phrase, hint);
  if (out.address.empty() && out.name.find('@') != std::string::npos && out.name.find(' ') == std::string::npos) {
    out.address.swap(out.name);  // "a@b <>"
  }
  if (const std::size_t blank = item.angle->find(' '); blank != std::string::npos && out.name.empty()) {
    if (const auto split = split_at_sign(*item.angle); split && !text::trim(split->before).empty()) {
      out.address = clean_address(split->address);  // "<John a@b>"
      out.name = clean_name(split->before, hint);
    }
  }
  if (out.name.empty()) out.name = clean_name(item.comment, hint);
  return out;
}

Address address_without_angle(const ListItem& item, std::string_view hint) {
  const std::string_view phrase = text::trim(item.phrase);
  // Not within an encoded word: that of a name and an address together is decoded first.
  if (const auto split = split_at_sign(phrase); split && split->address.find("=?") == std::string_view::npos) {
    std::string name = clean_name(std::string(split->before) + std::string(split->after), hint);
    if (name.ends_with(':')) name.clear();  // of a group that nothing ends
    if (name.empty()) name = clean_name(item.comment, hint);
    return {std::move(name), clean_address(split->address)};
  }
  const std::string decoded = clean_name(phrase, hint);
  if (auto within = address_within(decoded)) return *within;
  if (decoded.find('@') != std::string::npos) {
    if (const auto split = split_at_sign(decoded)) {
      std::string name(text::trim(split->before));
      return {name.empty() ? clean_name(item.comment, hint) : name, clean_address(split->address)};
    }
  }
  const std::string_view comment = text::trim(item.comment);
  const std::size_t at = comment.find('@');
  if (at != 0 && at < comment.size() - 1 && comment.find(' ') == std::string_view::npos) {
    return {decoded, clean_address(comment)};  // "Bob (bob@example.com)"
  }
  const bool one_word =
      decoded.find(' ') == std::string::npos && phrase.find("=?") == std::string_view::npos && !phrase.starts_with('"');
  if (one_word) return {clean_name(item.comment, hint), decoded};
  return {decoded, {}};
}

// "a@b c@d": addresses with nothing but blanks between them.
std::vector<std::string_view> blank_separated(const ListItem& item) {
  if (item.angle || item.phrase.find('"') != std::string::npos) return {};
  std::vector<std::string_view> words;
  for (const std::string_view word : text::split(text::trim(item.phrase), ' ')) {
    if (word.empty()) continue;
    const std::size_t at = word.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == word.size()) return {};
    words.push_back(word);
  }
  return words.size() > 1 ? words : std::vector<std::string_view>();
}

// "Doe, John <john@example.com>": a name that should stand in quotes, not two mailboxes.
bool is_first_half_of_name(const ListItem& item, const ListItem& next) {
  constexpr std::size_t kLongest = 64;
  const std::string_view phrase = text::trim(item.phrase);
  const std::string_view after = text::trim(next.phrase);
  return item.before_comma && !item.angle && item.comment.empty() && !phrase.empty() && phrase.size() <= kLongest &&
         phrase.find_first_of("@\"") == std::string_view::npos && next.angle &&
         next.angle->find('@') != std::string::npos && !after.empty() && after.front() != '"';
}

void add_item(const ListItem& item, std::size_t limit, std::string_view hint, std::vector<Address>& out) {
  if (item.empty()) return;
  const auto words = blank_separated(item);
  for (const std::string_view word : words) {
    std::string address = clean_address(word);
    if (!address.empty() && out.size() < limit) out.push_back({{}, std::move(address)});
  }
  if (!words.empty()) return;
  Address address = item.angle ? address_with_angle(item, hint) : address_without_angle(item, hint);
  if (!address.name.empty() || !address.address.empty()) out.push_back(std::move(address));
}

}  // namespace

std::vector<Address> parse_addresses(std::string_view value, std::size_t limit, std::string_view hint) {
  std::vector<Address> out;
  ListReader reader(value);
  ListItem item;
  for (bool any = reader.next(item); any && out.size() < limit;) {
    ListItem next;
    any = reader.next(next);
    if (any && is_first_half_of_name(item, next)) {
      next.phrase = item.phrase + "," + next.phrase;
    } else {
      add_item(item, limit, hint, out);
    }
    item = std::move(next);
  }
  return out;
}

}  // namespace poller
