#include "intake/number_form.h"

#include <algorithm>

#include "base/text.h"

namespace poller {
namespace {

constexpr std::size_t kMostNumbers = 8;
constexpr std::size_t kMostDigits = 18;
constexpr std::size_t kYearDigits = 4;
constexpr std::size_t kMostSubjectBytes = 2000;

struct FormPiece {
  enum Kind { literal, id, year } kind = literal;
  std::string_view text;
};

std::vector<FormPiece> pieces_of(std::string_view form) {
  std::vector<FormPiece> out;
  while (!form.empty()) {
    const std::size_t close = form.front() == '{' ? form.find('}') : std::string_view::npos;
    const std::string_view name = close == std::string_view::npos ? std::string_view() : form.substr(1, close - 1);
    if (name == "id" || name.substr(0, 3) == "id:" || name == "year") {
      out.push_back({name == "year" ? FormPiece::year : FormPiece::id, {}});
      form.remove_prefix(close + 1);
    } else {
      const std::size_t end = std::min(form.find('{', 1), form.size());
      out.push_back({FormPiece::literal, form.substr(0, end)});
      form.remove_prefix(end);
    }
  }
  return out;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (n < kMostDigits && at + n < text.size() && text::is_digit(text[at + n])) ++n;
  return n;
}

// Length of the match of pieces[piece...] at `at`, or npos. Only {id} has a choice, and it stands once.
std::size_t match_from(std::string_view text, std::size_t at, const std::vector<FormPiece>& pieces, std::size_t piece) {
  if (piece == pieces.size()) return at;
  const FormPiece& p = pieces[piece];
  if (p.kind == FormPiece::literal) {
    if (!text::istarts_with(text.substr(at), p.text)) return std::string_view::npos;
    return match_from(text, at + p.text.size(), pieces, piece + 1);
  }
  const std::size_t most = digits_at(text, at);
  if (p.kind == FormPiece::year) {
    return most < kYearDigits ? std::string_view::npos : match_from(text, at + kYearDigits, pieces, piece + 1);
  }
  for (std::size_t n = most; n > 0; --n) {
    const std::size_t end = match_from(text, at + n, pieces, piece + 1);
    if (end != std::string_view::npos) return end;
  }
  return std::string_view::npos;
}

bool may_begin(std::string_view subject, std::size_t at, bool bare) {
  const char before = at == 0 ? ' ' : subject[at - 1];
  return bare ? before == '[' || before == '#' : !text::is_alnum(before);
}

// Two forms that meet in one number get "-ID" behind the later one: see storage/ticket_number.h.
std::size_t behind_suffix(std::string_view subject, std::size_t end) {
  if (end >= subject.size() || subject[end] != '-') return end;
  const std::size_t n = digits_at(subject, end + 1);
  return n == 0 ? end : end + 1 + n;
}

}  // namespace

std::vector<std::string> numbers_in(std::string_view subject, std::string_view form) {
  std::vector<std::string> out;
  subject = subject.substr(0, kMostSubjectBytes);
  std::string whole(form);
  if (whole.find("{id") == std::string::npos) whole += whole.empty() ? "{id}" : "-{id}";
  const auto pieces = pieces_of(whole);
  const bool bare = pieces.front().kind != FormPiece::literal;
  const auto ends_here = [&](std::size_t end) { return end >= subject.size() || !text::is_alnum(subject[end]); };
  for (std::size_t at = 0; at < subject.size() && out.size() < kMostNumbers; ++at) {
    if (!may_begin(subject, at, bare)) continue;
    const std::size_t end = match_from(subject, at, pieces, 0);
    if (end == std::string_view::npos || !ends_here(end)) continue;
    const std::size_t longer = behind_suffix(subject, end);
    if (longer != end && ends_here(longer)) out.emplace_back(subject.substr(at, longer - at));
    out.emplace_back(subject.substr(at, end - at));
  }
  return out;
}

}  // namespace poller
