#include "parsers/header_words.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/charset.h"
#include "parsers/quoted_printable.h"
#include "parsers/transfer.h"

namespace poller {
namespace {

struct EncodedWord {
  std::string_view charset;  // lower case or not, language taken off
  char encoding = 'q';       // q or b
  std::string_view text;
  std::size_t length = 0;  // of the whole word; 0: there is none
};

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trim_blanks(std::string_view s) noexcept {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

// "=?charset?Q?" at `pos`: fills all but text; length is the prefix's.
EncodedWord word_prefix(std::string_view value, std::size_t pos) noexcept {
  constexpr std::size_t kLongestCharset = 64;
  EncodedWord word;
  if (value.compare(pos, 2, "=?") != 0) return word;
  const std::string_view rest = value.substr(pos + 2, kLongestCharset + 8);
  const std::size_t question = rest.find_first_of("?=");
  if (question == std::string_view::npos || rest[question] != '?') return word;
  const std::string_view after = rest.substr(question + 1);
  const std::size_t second = after.substr(0, 6).find('?');
  if (second == std::string_view::npos) return word;
  const std::string_view encoding = trim_blanks(after.substr(0, second));
  if (encoding.size() != 1) return word;
  word.encoding = text::lower(encoding[0]);
  if (word.encoding != 'q' && word.encoding != 'b') return word;
  word.charset = rest.substr(0, question);
  word.charset = trim_blanks(word.charset.substr(0, word.charset.find('*')));
  word.length = 2 + question + 1 + second + 1;
  return word;
}

// In Q text a bare "?" before an encoded byte looks like the end: "Why?=21?=". It is none when two upper case digits
// follow and the word goes on to another end without a blank.
bool is_end_of_q(std::string_view value, std::size_t pos) noexcept {
  const auto digit = [&](std::size_t i) {
    return i < value.size() && (text::is_digit(value[i]) || (value[i] >= 'A' && value[i] <= 'F'));
  };
  if (!digit(pos + 2) || !digit(pos + 3)) return true;
  for (std::size_t i = pos + 4; i < value.size() && !is_blank(value[i]); ++i) {
    if (value[i] == '?' && i + 1 < value.size() && value[i + 1] == '=') return false;
    if (value[i] == '=' && i + 1 < value.size() && value[i + 1] == '?') return true;
  }
  return true;
}

// The word at `pos`. It ends at "?=", or unterminated where the next one begins or the value ends.
EncodedWord word_at(std::string_view value, std::size_t pos) noexcept {
  EncodedWord word = word_prefix(value, pos);
  if (word.length == 0) return word;
  const std::size_t start = pos + word.length;
  std::size_t end = start;
  for (; end < value.size(); ++end) {
    if (value[end] == '?' && end + 1 < value.size() && value[end + 1] == '=') {
      if (word.encoding == 'b' || is_end_of_q(value, end)) break;
    } else if (value[end] == '=' && word_prefix(value, end).length > 0) {
      break;
    }
  }
  const bool terminated = end < value.size() && value[end] == '?';
  word.text = value.substr(start, end - start);
  word.length = end + (terminated ? 2 : 0) - pos;
  return word;
}

void append_q(std::string_view in, std::string& out) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int high = in[i] == '=' && i + 2 < in.size() ? hex_digit(in[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(in[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += in[i] == '_' ? ' ' : in[i];
    }
  }
}

class WordDecoder {
 public:
  WordDecoder(bool* guessed, std::string_view hint) : guessed_(guessed), hint_(hint) {}

  std::string decode(std::string_view value) {
    std::size_t literal = 0;
    for (std::size_t pos = value.find("=?"); pos != std::string_view::npos;) {
      const EncodedWord word = word_at(value, pos);
      if (word.length == 0) {
        pos = value.find("=?", pos + 1);
        continue;
      }
      add_literal(value.substr(literal, pos - literal), true);
      add_word(word);
      literal = pos + word.length;
      pos = value.find("=?", literal);
    }
    add_literal(value.substr(literal), false);
    flush();
    return std::move(out_);
  }

 private:
  // Blanks between two encoded words are no text (RFC 2047 section 6.2).
  void add_literal(std::string_view literal, bool before_word) {
    if (literal.empty()) return;
    if (before_word && has_word_ && trim_blanks(literal).empty()) return;
    flush();
    const auto is_high = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == 0x1b; };
    if (std::none_of(literal.begin(), literal.end(), is_high)) {
      out_ += literal;
    } else {
      append_converted(literal, {});
    }
  }

  // Adjacent words of one charset are joined before they are converted: a character may be split between them. Their
  // base64 is joined where a word ends within a group.
  void add_word(const EncodedWord& word) {
    if (has_word_ && !text::iequals(charset_, word.charset)) flush();
    charset_ = word.charset;
    has_word_ = true;
    if (word.encoding == 'q') {
      decode_base64();
      append_q(word.text, bytes_);
      return;
    }
    const std::size_t open = base64_.size() % 4;
    const bool padded = base64_.find('=') != std::string::npos;
    const bool continues = !padded && (open == 1 || (open > 1 && (open + word.text.size()) % 4 == 0));
    if (!continues) decode_base64();
    base64_ += word.text;
  }

  void decode_base64() {
    if (!base64_.empty()) decode_transfer(base64_, TransferEncoding::base64, bytes_);
    base64_.clear();
  }

  void flush() {
    decode_base64();
    if (!bytes_.empty()) append_converted(bytes_, charset_);
    bytes_.clear();
    has_word_ = false;
  }

  void append_converted(std::string_view bytes, std::string_view charset) {
    CharsetResult converted = to_utf8(bytes, charset, CharsetContext::plain, hint_);
    if (guessed_ != nullptr && converted.guessed) *guessed_ = true;
    out_ += converted.text;
  }

  bool* guessed_;
  std::string_view hint_;
  std::string out_;
  std::string charset_;
  std::string bytes_;   // decoded, not yet converted
  std::string base64_;  // not yet decoded
  bool has_word_ = false;
};

// Line ends and tabs become blanks, other control characters (C0, DEL, C1) go.
std::string without_controls(std::string s) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    const auto next = i + 1 < s.size() ? static_cast<unsigned char>(s[i + 1]) : 0U;
    if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
      ++i;
    } else if (c == '\t' || c == '\r' || c == '\n') {
      s[kept++] = ' ';
    } else if (c >= 0x20 && c != 0x7f) {
      s[kept++] = s[i];
    }
  }
  s.resize(kept);
  return s;
}

}  // namespace

std::size_t encoded_word_length(std::string_view value, std::size_t pos) noexcept { return word_at(value, pos).length; }

std::string decode_words(std::string_view value, bool* guessed, std::string_view hint) {
  const std::string decoded = without_controls(WordDecoder(guessed, hint).decode(value));
  return std::string(text::trim(decoded));
}

}  // namespace poller
