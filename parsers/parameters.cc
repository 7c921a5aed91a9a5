#include "parsers/parameters.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "parsers/charset.h"
#include "parsers/header_words.h"
#include "parsers/quoted_printable.h"

namespace poller {
namespace {

struct RawParameter {
  std::string name;  // lower case, RFC 2231 marks still on it
  std::string value;
};

constexpr std::array kKnownParameters = std::to_array<std::string_view>({"charset",
                                                                         "name",
                                                                         "filename",
                                                                         "boundary",
                                                                         "format",
                                                                         "delsp",
                                                                         "type",
                                                                         "start",
                                                                         "size",
                                                                         "report-type",
                                                                         "protocol",
                                                                         "micalg",
                                                                         "method",
                                                                         "reply-type",
                                                                         "smime-type",
                                                                         "creation-date",
                                                                         "modification-date",
                                                                         "read-date",
                                                                         "start-info",
                                                                         "access-type",
                                                                         "number",
                                                                         "total",
                                                                         "id",
                                                                         "x-unix-mode",
                                                                         "x-mac-type",
                                                                         "x-mac-creator"});

bool is_parameter_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view skip_blanks(std::string_view s) noexcept {
  while (!s.empty() && is_parameter_blank(s.front())) s.remove_prefix(1);
  return s;
}

// Whether "name=" of a parameter that occurs in mail stands at the start of `s`.
bool starts_known_parameter(std::string_view s) noexcept {
  std::size_t n = 0;
  while (n < s.size() && n < 24 && (text::is_alnum(s[n]) || s[n] == '-' || s[n] == '*')) ++n;
  const std::string_view after = skip_blanks(s.substr(n, 8));
  if (n == 0 || after.empty() || after.front() != '=') return false;
  const std::string_view name = s.substr(0, std::min(n, s.find('*')));
  return std::any_of(kKnownParameters.begin(), kKnownParameters.end(),
                     [&](std::string_view known) { return text::iequals(known, name); });
}

// Reads the parameters of a value one after the other.
class ParameterReader {
 public:
  explicit ParameterReader(std::string_view in) : in_(in) {}

  std::string main_value() {
    std::string out;
    while (pos_ < in_.size() && in_[pos_] != ';') {
      if (in_[pos_] == '(') {
        skip_comment();
      } else if (is_parameter_blank(in_[pos_])) {
        pos_ += in_.substr(pos_).size() - skip_blanks(in_.substr(pos_)).size();
        if (!out.empty() && starts_known_parameter(in_.substr(pos_))) break;
      } else if (out.empty() && starts_known_parameter(in_.substr(pos_))) {
        break;
      } else {
        if (in_[pos_] != '"' && in_[pos_] != ',') out += text::lower(in_[pos_]);
        ++pos_;
      }
    }
    return out;
  }

  bool next(RawParameter& parameter) {
    for (;;) {
      skip_separators();
      if (pos_ >= in_.size()) return false;
      const std::size_t start = pos_;
      while (pos_ < in_.size() && in_[pos_] != '=' && in_[pos_] != ';') ++pos_;
      if (pos_ >= in_.size()) return false;
      if (in_[pos_] == ';') continue;  // a word without a value
      parameter.name = text::to_lower(text::trim(in_.substr(start, pos_ - start)));
      ++pos_;
      while (pos_ < in_.size() && is_parameter_blank(in_[pos_])) ++pos_;
      parameter.value = pos_ < in_.size() && in_[pos_] == '"' ? quoted() : unquoted(parameter.name);
      return true;
    }
  }

 private:
  void skip_comment() {
    int depth = 0;
    for (; pos_ < in_.size(); ++pos_) {
      if (in_[pos_] == '\\') {
        ++pos_;
      } else if (in_[pos_] == '(') {
        ++depth;
      } else if (in_[pos_] == ')' && --depth == 0) {
        ++pos_;
        break;
      }
    }
    pos_ = std::min(pos_, in_.size());
  }

  void skip_separators() {
    while (pos_ < in_.size()) {
      if (in_[pos_] == '(') {
        skip_comment();
      } else if (in_[pos_] == ';' || in_[pos_] == ',' || is_parameter_blank(in_[pos_])) {
        ++pos_;
      } else {
        return;
      }
    }
  }

  // Whether the quote at `at` ends the value: what follows is the next parameter, a comment, or nothing. Others are
  // part of a name that was put into quotes as it was.
  [[nodiscard]] bool closes(std::size_t at) const {
    const std::string_view after = skip_blanks(in_.substr(at + 1));
    if (after.empty() || after.front() == ';' || after.front() == '(' || after.front() == ',') return true;
    if (starts_known_parameter(after)) return true;
    return last_quote_ == at;
  }

  std::string quoted() {
    std::string out;
    if (last_quote_ == 0) last_quote_ = in_.rfind('"');
    ++pos_;
    for (; pos_ < in_.size(); ++pos_) {
      const char c = in_[pos_];
      if (c == '\\' && pos_ + 1 < in_.size() && (in_[pos_ + 1] == '"' || in_[pos_ + 1] == '\\')) {
        out += in_[++pos_];
      } else if (c == '"' && closes(pos_)) {
        ++pos_;
        return out;
      } else if (c == ';' && pos_ > last_quote_) {
        return out;  // no closing quote at all
      } else {
        out += c;
      }
    }
    return out;
  }

  std::string unquoted(std::string_view name) {
    const bool is_file_name = name.find("name") != std::string_view::npos;  // "(1)" belongs to it
    const std::size_t start = pos_;
    for (; pos_ < in_.size() && in_[pos_] != ';'; ++pos_) {
      if (in_[pos_] == '(' && !is_file_name) break;
      if (is_parameter_blank(in_[pos_]) && starts_known_parameter(skip_blanks(in_.substr(pos_, 64)))) break;
    }
    return std::string(text::trim(in_.substr(start, pos_ - start)));
  }

  std::string_view in_;
  std::size_t pos_ = 0;
  std::size_t last_quote_ = 0;
};

// One parameter with its continuations (RFC 2231 section 3).
struct Pieces {
  struct Piece {
    std::uint64_t number = 0;
    bool encoded = false;
    std::string text;
  };
  std::string name;
  bool extended = false;
  std::vector<Piece> pieces;
};

// Splits "name*1*" into its name, number and mark.
Pieces::Piece take_marks(std::string& name) {
  Pieces::Piece piece;
  const std::size_t star = name.find('*');
  if (star == std::string::npos) return piece;
  std::string_view marks = std::string_view(name).substr(star + 1);
  piece.encoded = marks.empty() || marks.back() == '*';
  if (!marks.empty() && marks.back() == '*') marks.remove_suffix(1);
  if (!text::parse_uint(marks, piece.number)) piece.number = 0;
  name.resize(star);
  return piece;
}

void append_percent_decoded(std::string_view in, std::string& out) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int high = in[i] == '%' && i + 2 < in.size() ? hex_digit(in[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(in[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += in[i];
    }
  }
}

// "utf-8'en'text": takes charset and language off. False when `s` does not start so.
bool take_charset(std::string_view& s, std::string& charset) {
  const std::size_t first = s.find('\'');
  if (first == std::string_view::npos || first > 40) return false;
  const std::size_t second = s.find('\'', first + 1);
  if (second == std::string_view::npos || second - first > 20) return false;
  charset = s.substr(0, first);
  s.remove_prefix(second + 1);
  return true;
}

std::string_view without_quotes(std::string_view s) noexcept {
  return s.size() >= 2 && s.front() == '"' && s.back() == '"' ? s.substr(1, s.size() - 2) : s;
}

// "utf-8''na%C3%AFve.txt" in a plain parameter: RFC 5987 misread.
bool looks_extended(std::string_view value) {
  std::string charset;
  return value.find('%') != std::string_view::npos && take_charset(value, charset) && !charset.empty() &&
         !canonical_charset(charset).empty();
}

std::string decode_pieces(Pieces& parameter, bool& guessed, std::string_view hint) {
  auto& pieces = parameter.pieces;
  std::stable_sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  const bool any_encoded = std::any_of(pieces.begin(), pieces.end(), [](const auto& piece) { return piece.encoded; });
  std::string charset;
  std::string bytes;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::string_view text = pieces[i].text;
    if (any_encoded && i == 0 && pieces[i].encoded) take_charset(text, charset);
    text = without_quotes(text);
    if (pieces[i].encoded) {
      append_percent_decoded(text, bytes);
    } else {
      bytes += text;
    }
  }
  if (!any_encoded || (charset.empty() && bytes.find("=?") != std::string::npos)) {
    return decode_words(bytes, &guessed, hint);
  }
  CharsetResult converted = to_utf8(bytes, charset, CharsetContext::plain, hint);
  guessed = guessed || converted.guessed;
  return std::move(converted.text);
}

std::string decode_parameter(Pieces& parameter, bool& guessed, std::string_view hint) {
  if (parameter.name == "boundary" && !parameter.extended) return parameter.pieces.front().text;  // compared as bytes
  if (!parameter.extended) {
    auto& first = parameter.pieces.front();
    parameter.pieces.resize(1);
    if (!looks_extended(first.text)) return decode_words(first.text, &guessed, hint);
    first.encoded = true;
  }
  return decode_pieces(parameter, guessed, hint);
}

}  // namespace

const std::string* StructuredValue::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == name; });
  return found == parameters.end() ? nullptr : &found->value;
}

std::string StructuredValue::get(std::string_view name) const {
  const std::string* found = find(name);
  return found == nullptr ? std::string() : *found;
}

StructuredValue parse_structured(std::string_view value, int limit, std::string_view hint) {
  StructuredValue out;
  ParameterReader reader(value);
  out.value = reader.main_value();
  std::vector<Pieces> all;
  int count = 0;
  for (RawParameter raw; reader.next(raw);) {
    if (++count > limit) {
      out.cut = true;
      break;
    }
    const bool extended = raw.name.find('*') != std::string::npos;
    Pieces::Piece piece = take_marks(raw.name);
    piece.text = std::move(raw.value);
    auto found = std::find_if(all.begin(), all.end(), [&](const Pieces& p) { return p.name == raw.name; });
    if (found == all.end()) found = all.insert(all.end(), Pieces{raw.name, extended, {}});
    if (extended && !found->extended) {  // the extended form is the better one (RFC 6266 section 4.3)
      found->extended = true;
      found->pieces.clear();
    }
    if (extended == found->extended) found->pieces.push_back(std::move(piece));
  }
  for (auto& parameter : all) {
    out.parameters.push_back({parameter.name, decode_parameter(parameter, out.guessed, hint)});
  }
  return out;
}

}  // namespace poller
