#include "mailbox/imap/wire_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/text.h"

namespace poller::imap {
namespace {

[[noreturn]] void malformed(const std::string& what) {
  throw Error(ErrorKind::corrupt, "the IMAP server's answer cannot be read: " + what,
              "It is not the protocol as published: check server.host and server.port, and who is in between.");
}

std::string shown(char c) { return text::escape_controls(text::to_valid_utf8(std::string_view(&c, 1))); }

constexpr bool ends_word(char c) {
  switch (c) {
    case ' ':
    case '(':
    case ')':
    case '{':
    case '"':
    case '\r':
    case '\n':
      return true;
    default:
      return false;
  }
}

}  // namespace

Reader::Reader(Input& input, const WireLimits& limits)
    : input_(input), limits_(limits), buffer_(std::make_unique<char[]>(kBuffer)), allowance_(limits.outside) {}

void Reader::fill() {
  position_ = 0;
  end_ = 0;
  end_ = input_.read(buffer_.get(), kBuffer);
}

void Reader::too_much() const {
  throw Error(ErrorKind::corrupt,
              fmt::format("the IMAP server sent more than {} bytes beside the mails for one command", limits_.outside),
              "Such an answer is not read to its end: check server.host, and the server.");
}

void Reader::spend(std::uint64_t octets) {
  if (octets > allowance_) too_much();
  allowance_ -= octets;
}

void Reader::expect(char wanted) {
  if (peek() != wanted) malformed(fmt::format("'{}' where '{}' belongs", shown(peek()), shown(wanted)));
  take();
}

bool Reader::take_if(char wanted) {
  if (peek() != wanted) return false;
  take();
  return true;
}

std::string Reader::run(bool brackets) {
  std::string out;
  while (!ends_word(peek())) {
    if (!brackets && (peek() == '[' || peek() == ']')) break;
    if (peek() == '\0') malformed("a NUL byte in a word");
    if (out.size() >= limits_.atom) malformed("an endless word");
    out += take();
  }
  return out;
}

std::uint64_t Reader::number(std::uint64_t max) {
  if (!text::is_digit(peek())) malformed(fmt::format("'{}' where a number belongs", shown(peek())));
  std::uint64_t value = 0;
  while (text::is_digit(peek())) {
    const auto digit = static_cast<std::uint64_t>(take() - '0');
    if (value > (max - digit) / 10) malformed("a number that is too large");
    value = value * 10 + digit;
  }
  return value;
}

std::string Reader::quoted() {
  expect('"');
  std::string out;
  for (char c = take(); c != '"'; c = take()) {
    if (c == '\\') c = take();
    if (c == '\r' || c == '\n' || c == '\0') malformed("a quoted string that does not end");
    if (out.size() >= limits_.string) malformed("an endless quoted string");
    out += c;
  }
  return out;
}

std::uint64_t Reader::literal_size() {
  take_if('~');
  expect('{');
  const std::uint64_t size = number(INT64_MAX);
  take_if('+');
  expect('}');
  line_end();
  return size;
}

void Reader::literal(std::uint64_t size, std::uint64_t keep, std::string& into) {
  keep = std::min(keep, size);
  std::uint64_t left = size;
  // What the buffer holds first; then, while more than a buffer is to come, straight into the string.
  while (left > 0) {
    if (position_ == end_ && left >= kBuffer && keep >= kBuffer) {
      const std::size_t old = into.size();
      // Twice what has come, never what was only announced.
      if (into.capacity() < old + kBuffer)
        into.reserve(old + std::min<std::uint64_t>(keep, std::max(old, kBuffer * 4)));
      into.resize(old + kBuffer);
      std::size_t got = 0;
      try {
        got = input_.read(into.data() + old, kBuffer);
      } catch (...) {
        into.resize(old);
        throw;
      }
      into.resize(old + got);
      left -= got;
      keep -= got;
      continue;
    }
    if (position_ == end_) fill();
    const std::size_t n = std::min<std::uint64_t>(end_ - position_, left);
    const std::size_t kept = std::min<std::uint64_t>(n, keep);
    into.append(buffer_.get() + position_, kept);
    position_ += n;
    left -= n;
    keep -= kept;
  }
}

std::string Reader::short_literal() {
  const std::uint64_t size = literal_size();
  if (size > limits_.string) malformed(fmt::format("a literal of {} bytes that is no mail", size));
  spend(size);
  std::string out;
  literal(size, size, out);
  return out;
}

std::string Reader::astring() {
  if (peek() == '"') return quoted();
  if (peek() == '{') return short_literal();
  return word();
}

std::optional<std::string> Reader::nstring() {
  const bool may_be_nil = peek() == 'N' || peek() == 'n';
  std::string value = astring();
  if (may_be_nil && text::iequals(value, "NIL")) return std::nullopt;
  return value;
}

void Reader::skip_literal() {
  const std::uint64_t size = literal_size();
  spend(size);
  std::string ignored;
  literal(size, 0, ignored);
}

void Reader::skip_word() {
  if (take() == '\0') malformed("a NUL byte");
  atom();
  while (peek() == '[' || peek() == ']') {  // "BODY[TEXT]<0>" and the like are one value
    take();
    atom();
  }
}

void Reader::skip_value() {
  std::uint64_t depth = 0;
  do {
    switch (peek()) {
      case '(':
        take();
        ++depth;
        break;
      case ')':
        if (depth == 0) malformed("a parenthesis too many");
        take();
        --depth;
        break;
      case '"':
        quoted();
        break;
      case '{':
        skip_literal();
        break;
      case '\r':
      case '\n':
        malformed("a list that does not end");
      default:
        skip_word();
        if (peek() == '{') skip_literal();  // "~{5}"
        break;
    }
    while (depth > 0 && peek() == ' ') take();
  } while (depth > 0);
}

// "{123}" or "{123+}" at the end of `tail`.
bool Reader::announces_literal(std::string_view tail, std::uint64_t& size) {
  if (tail.empty() || tail.back() != '}') return false;
  tail.remove_suffix(1);
  if (!tail.empty() && tail.back() == '+') tail.remove_suffix(1);
  const auto brace = tail.rfind('{');
  return brace != std::string_view::npos && text::parse_uint(tail.substr(brace + 1), size);
}

void Reader::skip_rest() {
  // Quoted strings cannot hold a line end, so a literal can only be announced just before one.
  std::string tail;
  for (;;) {
    const char c = take();
    if (c != '\n') {
      if (tail.size() >= 64) tail.erase(0, 32);
      if (c != '\r') tail += c;
      continue;
    }
    std::uint64_t size = 0;
    if (!announces_literal(tail, size)) return;
    spend(size);
    std::string ignored;
    literal(size, 0, ignored);
    tail.clear();
  }
}

std::string Reader::text_line() {
  std::string out;
  for (char c = take(); c != '\n'; c = take()) {
    if (out.size() < limits_.text) out += c;
  }
  if (!out.empty() && out.back() == '\r') out.pop_back();
  return out;
}

void Reader::line_end() {
  take_if('\r');
  expect('\n');
}

bool Reader::line_is_here() {
  if (position_ > 0 && position_ < end_) {
    std::memmove(buffer_.get(), buffer_.get() + position_, end_ - position_);
  }
  end_ -= position_;
  position_ = 0;
  // Everything there is, so that a poll for more cannot overlook what TLS has already decrypted.
  for (;;) {
    // A full buffer without a line end is for read_response() to judge.
    if (std::memchr(buffer_.get(), '\n', end_) != nullptr || end_ == kBuffer) return true;
    const std::size_t got = input_.read_now(buffer_.get() + end_, kBuffer - end_);
    if (got == 0) return false;
    end_ += got;
  }
}

}  // namespace poller::imap
