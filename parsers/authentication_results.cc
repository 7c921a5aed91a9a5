#include "parsers/authentication_results.h"

#include "base/text.h"

namespace poller {
namespace {

constexpr std::size_t kMaxResultsBytes = 16 * 1024;
constexpr std::size_t kMaxResultsMethods = 100;
constexpr std::size_t kMaxResultsProperties = 50;

struct ResultsToken {
  enum Kind { word, equals, semicolon, end };
  Kind kind = end;
  std::string text;
};

// Words, "=" and ";"; comments (RFC 5322 section 3.2.2) and blanks between them are skipped.
class ResultsTokenizer {
 public:
  explicit ResultsTokenizer(std::string_view value) noexcept : value_(value) {}

  ResultsToken next() {
    skip_blanks_and_comments();
    if (pos_ >= value_.size()) return {};
    const char c = value_[pos_];
    if (c == ';') return ++pos_, ResultsToken{ResultsToken::semicolon, {}};
    if (c == '=') return ++pos_, ResultsToken{ResultsToken::equals, {}};
    if (c == '"') return {ResultsToken::word, quoted()};
    const std::size_t begin = pos_;
    while (pos_ < value_.size() && !text::is_space(value_[pos_]) &&
           std::string_view(";=\"(").find(value_[pos_]) == std::string_view::npos) {
      ++pos_;
    }
    if (pos_ == begin) ++pos_;
    return {ResultsToken::word, text::to_valid_utf8(value_.substr(begin, pos_ - begin))};
  }

  /// A comment or quoted string had no end.
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  void skip_blanks_and_comments() {
    int depth = 0;
    for (; pos_ < value_.size(); ++pos_) {
      const char c = value_[pos_];
      if (depth > 0 && c == '\\') {
        ++pos_;
      } else if (c == '(') {
        ++depth;
      } else if (depth > 0 && c == ')') {
        --depth;
      } else if (depth == 0 && !text::is_space(c)) {
        return;
      }
    }
    pos_ = std::min(pos_, value_.size());
    broken_ = broken_ || depth > 0;
  }

  std::string quoted() {
    std::string out;
    for (++pos_; pos_ < value_.size() && value_[pos_] != '"'; ++pos_) {
      if (value_[pos_] == '\\' && pos_ + 1 < value_.size()) ++pos_;
      out += value_[pos_];
    }
    broken_ = broken_ || pos_ >= value_.size();
    if (pos_ < value_.size()) ++pos_;
    return text::to_valid_utf8(out);
  }

  std::string_view value_;
  std::size_t pos_ = 0;
  bool broken_ = false;
};

// One "a=b" of a piece, or a bare word (then `has_value` is false).
struct ResultsPair {
  std::string key;
  std::string value;
  bool has_value = false;
};

// The pairs up to the next semicolon.
std::vector<ResultsPair> take_piece(ResultsTokenizer& tokens, bool& more) {
  std::vector<ResultsPair> pairs;
  bool expect_value = false;
  for (ResultsToken token = tokens.next();; token = tokens.next()) {
    more = token.kind != ResultsToken::end;
    if (token.kind == ResultsToken::end || token.kind == ResultsToken::semicolon) return pairs;
    if (token.kind == ResultsToken::equals) {
      if (!pairs.empty() && pairs.back().has_value) {
        pairs.back().value += '=';  // "b=abc=="
      } else if (!pairs.empty()) {
        pairs.back().has_value = true;
        expect_value = true;
      }
    } else if (expect_value) {
      pairs.back().value += token.text;
      expect_value = false;
    } else if (pairs.size() < kMaxResultsProperties) {
      pairs.push_back({token.text, {}, false});
    }
  }
}

AuthenticationMethod to_method(const std::vector<ResultsPair>& pairs) {
  AuthenticationMethod method;
  method.method = text::to_lower(pairs[0].key.substr(0, pairs[0].key.find('/')));  // "dkim/1"
  method.result = text::to_lower(pairs[0].value);
  for (std::size_t i = 1; i < pairs.size(); ++i) {
    if (!pairs[i].has_value) continue;
    const std::string key = text::to_lower(pairs[i].key);
    if (key == "reason") {
      method.reason = pairs[i].value;
      continue;
    }
    const std::size_t dot = key.find('.');
    AuthenticationProperty property{dot == std::string::npos ? "" : key.substr(0, dot),
                                    dot == std::string::npos ? key : key.substr(dot + 1), pairs[i].value};
    method.properties.push_back(std::move(property));
  }
  return method;
}

}  // namespace

std::string_view AuthenticationMethod::property(std::string_view type, std::string_view name) const noexcept {
  for (const AuthenticationProperty& candidate : properties) {
    if (candidate.type == type && candidate.name == name) return candidate.value;
  }
  return {};
}

const AuthenticationMethod* AuthenticationResults::find(std::string_view method) const noexcept {
  for (const AuthenticationMethod& candidate : methods) {
    if (candidate.method == method) return &candidate;
  }
  return nullptr;
}

AuthenticationResults parse_authentication_results(std::string_view value) {
  AuthenticationResults results;
  ResultsTokenizer tokens(value.substr(0, kMaxResultsBytes));
  bool more = true;
  for (bool first = true; more && results.methods.size() < kMaxResultsMethods;) {
    const std::vector<ResultsPair> pairs = take_piece(tokens, more);
    if (pairs.empty()) continue;
    std::uint64_t instance = 0;
    if (!pairs[0].has_value) {  // the authserv-id, with a version at times; later: "none", or a broken piece
      if (first) results.authserv_id = text::to_lower(pairs[0].key);
      first = false;
    } else if (pairs[0].key == "i" && text::parse_uint(pairs[0].value, instance) && instance <= 50) {
      results.instance = static_cast<int>(instance);
    } else {
      first = false;
      results.methods.push_back(to_method(pairs));
    }
  }
  results.whole = !more && !tokens.broken() && value.size() <= kMaxResultsBytes;
  return results;
}

bool mentions_fail(std::string_view value, std::string_view method) {
  const std::string lower = text::to_lower(value);
  const std::string_view all = lower;
  const auto skip_blanks = [&](std::size_t pos) {
    while (pos < all.size() && text::is_space(all[pos])) ++pos;
    return pos;
  };
  for (std::size_t at = all.find(method); at != std::string_view::npos; at = all.find(method, at + 1)) {
    std::size_t pos = at + method.size();
    if (all.compare(pos, 2, "/1") == 0) pos += 2;  // its version
    pos = skip_blanks(pos);
    if (pos >= all.size() || all[pos] != '=') continue;
    if (all.compare(skip_blanks(pos + 1), 4, "fail") == 0) return true;
  }
  return false;
}

}  // namespace poller
