#include "parsers/text_alignment.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/fold.h"

namespace poller {

namespace {

constexpr std::size_t kContext = 48;       // bytes of letters on either side of a place
constexpr std::size_t kLeastContext = 12;  // fewer do not tell places apart

}  // namespace

TextAlignment::Letters::Letters(std::string_view text) {
  bytes.reserve(text.size());
  places.reserve(text.size());
  for (std::size_t pos = 0; pos < text.size();) {
    const std::size_t begin = pos;
    const char32_t c = text::next_code_point(text, pos);
    if (!is_word_character(c)) continue;
    for (std::size_t i = begin; i < pos; ++i) {
      bytes += text::lower(text[i]);
      places.push_back(static_cast<std::uint32_t>(begin));
    }
  }
}

TextAlignment::TextAlignment(std::string_view from, std::string_view to)
    : same_(text::trim(from) == text::trim(to)), to_size_(to.size()) {
  if (same_) return;
  from_.emplace(from);
  to_.emplace(to);
}

std::optional<std::size_t> TextAlignment::place_of(std::string_view needle, std::size_t skip) const {
  const std::size_t at = to_->bytes.find(needle);
  if (at == std::string::npos || at + skip >= to_->places.size()) return std::nullopt;
  return to_->places[at + skip];
}

std::optional<std::size_t> TextAlignment::find(std::size_t offset) const {
  if (same_) return std::min(offset, to_size_);
  const auto next = std::lower_bound(from_->places.begin(), from_->places.end(), offset);
  const auto index = static_cast<std::size_t>(next - from_->places.begin());
  const std::string_view all = from_->bytes;
  const std::size_t before = std::min(index, kContext);
  const std::string_view both = all.substr(index - before, before + kContext);
  if (both.size() - before >= kLeastContext)
    if (const auto place = place_of(both, before)) return place;
  const std::string_view after = all.substr(index, kContext);
  return after.size() >= kLeastContext ? place_of(after, 0) : std::nullopt;
}

}  // namespace poller
