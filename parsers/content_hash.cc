#include "parsers/content_hash.h"

#include <algorithm>

namespace poller {

void TextHash::update(std::string_view piece) {
  for (;;) {
    const std::size_t lf = piece.find('\n');
    add_line_piece(piece.substr(0, lf));
    if (lf == std::string_view::npos) return;
    if (!after_cr_) line_feed();
    after_cr_ = false;
    piece.remove_prefix(lf + 1);
  }
}

std::string TextHash::digest() {
  hash_.update(buffer_);
  buffer_.clear();
  return hash_.digest();
}

// Without an LF, but a CR may be in it.
void TextHash::add_line_piece(std::string_view piece) {
  for (;;) {
    const std::size_t cr = piece.find('\r');
    add_segment(piece.substr(0, cr));
    if (cr == std::string_view::npos) return;
    line_feed();
    after_cr_ = true;
    piece.remove_prefix(cr + 1);
  }
}

void TextHash::add_segment(std::string_view segment) {
  if (segment.empty()) return;
  after_cr_ = false;
  const std::size_t end = segment.find_last_not_of(" \t") + 1;  // npos + 1 is 0
  if (end > 0) {
    for (; line_feeds_ > 0; --line_feeds_) put("\n");
    put(blanks_);
    blanks_.clear();
    put(segment.substr(0, end));
  }
  constexpr std::size_t kMostBlanks = 65536;  // more in a row are no text
  if (blanks_.size() < kMostBlanks) blanks_ += segment.substr(end);
}

void TextHash::line_feed() {
  blanks_.clear();
  ++line_feeds_;
}

void TextHash::put(std::string_view bytes) {
  constexpr std::size_t kEnough = 4096;
  buffer_ += bytes;
  if (buffer_.size() < kEnough) return;
  hash_.update(buffer_);
  buffer_.clear();
}

}  // namespace poller
