#include "parsers/address_phrase.h"

namespace poller {
namespace {

bool is_header_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::size_t behind_blanks(std::string_view phrase, std::size_t pos) {
  while (pos < phrase.size() && is_header_blank(phrase[pos])) ++pos;
  return pos;
}

std::size_t before_blanks(std::string_view phrase, std::size_t pos) {
  while (pos > 0 && is_header_blank(phrase[pos - 1])) --pos;
  return pos;
}

// Where the word before `end` begins.
std::size_t word_begin(std::string_view phrase, std::size_t end) {
  if (end > 0 && phrase[end - 1] == '"') {
    const std::size_t open = end < 2 ? std::string_view::npos : phrase.rfind('"', end - 2);
    return open == std::string_view::npos ? 0 : open;
  }
  while (end > 0 && !is_header_blank(phrase[end - 1]) && phrase[end - 1] != '"') --end;
  return end;
}

// RFC 822 let blanks stand around the dots too: "Foo . Bar@x" is one address, but "J. Doe j@x" a name and an address.
std::size_t local_part_begin(std::string_view phrase, std::size_t at) {
  std::size_t begin = word_begin(phrase, before_blanks(phrase, at));
  for (;;) {
    const std::size_t dot = before_blanks(phrase, begin);
    if (dot < 2 || phrase[dot - 1] != '.' || !(is_header_blank(phrase[dot - 2]) || phrase[dot - 2] == '"'))
      return begin;
    const std::size_t before = before_blanks(phrase, dot - 1);
    if (before == 0) return begin;
    begin = word_begin(phrase, before);
  }
}

std::size_t behind_domain(std::string_view phrase, std::size_t begin) {
  for (std::size_t end = behind_blanks(phrase, begin);;) {
    while (end < phrase.size() && !is_header_blank(phrase[end])) ++end;
    const std::size_t dot = behind_blanks(phrase, end);
    const std::size_t next = behind_blanks(phrase, dot + 1);
    if (next >= phrase.size() || phrase[dot] != '.' || next == dot + 1) return end;
    end = next;
  }
}

}  // namespace

std::optional<SplitPhrase> split_at_sign(std::string_view phrase) {
  std::size_t at = std::string_view::npos;
  bool in_quotes = false;
  for (std::size_t i = 0; i < phrase.size(); ++i) {
    if (phrase[i] == '"') in_quotes = !in_quotes;
    if (phrase[i] == '\\') ++i;
    if (i < phrase.size() && phrase[i] == '@' && !in_quotes) at = i;
  }
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t begin = local_part_begin(phrase, at);
  const std::size_t end = behind_domain(phrase, at + 1);
  return SplitPhrase{phrase.substr(0, begin), phrase.substr(begin, end - begin), phrase.substr(end)};
}

}  // namespace poller
