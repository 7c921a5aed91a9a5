#include "parsers/rtf_tokens.h"

#include <algorithm>

#include "base/text.h"

namespace poller {
namespace {

int rtf_hex(char c) noexcept {
  if (text::is_digit(c)) return c - '0';
  const char l = text::lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace

RtfToken RtfTokenizer::next() noexcept {
  while (pos_ < rtf_.size()) {
    const char c = rtf_[pos_++];
    if (c == '\r' || c == '\n' || c == '\0') continue;
    if (c == '{') return {RtfToken::open, {}, {}, c};
    if (c == '}') return {RtfToken::close, {}, {}, c};
    if (c != '\\') return {RtfToken::literal, {}, {}, c};
    return control();
  }
  return {};
}

RtfToken RtfTokenizer::control() noexcept {
  if (pos_ >= rtf_.size()) return {};
  if (text::is_alpha(rtf_[pos_])) return control_word();
  const char c = rtf_[pos_++];
  if (c == '\'') {
    if (pos_ + 1 < rtf_.size() && rtf_hex(rtf_[pos_]) >= 0 && rtf_hex(rtf_[pos_ + 1]) >= 0) {
      const int value = rtf_hex(rtf_[pos_]) * 16 + rtf_hex(rtf_[pos_ + 1]);
      pos_ += 2;
      return {RtfToken::byte, {}, {}, static_cast<char>(value)};
    }
    return {RtfToken::symbol, {}, {}, c};
  }
  return {RtfToken::symbol, {}, {}, c};
}

RtfToken RtfTokenizer::control_word() noexcept {
  const std::size_t begin = pos_;
  while (pos_ < rtf_.size() && text::is_alpha(rtf_[pos_])) ++pos_;
  RtfToken token{RtfToken::word, rtf_.substr(begin, pos_ - begin), {}, 0};
  const bool negative = pos_ + 1 < rtf_.size() && rtf_[pos_] == '-' && text::is_digit(rtf_[pos_ + 1]);
  if (negative) ++pos_;
  if (pos_ < rtf_.size() && text::is_digit(rtf_[pos_])) {
    int value = 0;
    for (; pos_ < rtf_.size() && text::is_digit(rtf_[pos_]); ++pos_) {
      value = std::min(value * 10 + (rtf_[pos_] - '0'), 100'000'000);
    }
    token.parameter = negative ? -value : value;
  }
  if (pos_ < rtf_.size() && rtf_[pos_] == ' ') ++pos_;
  if (token.name == "bin" && token.parameter.value_or(0) > 0) {
    pos_ = std::min(rtf_.size(), pos_ + static_cast<std::size_t>(*token.parameter));
  }
  return token;
}

}  // namespace poller
