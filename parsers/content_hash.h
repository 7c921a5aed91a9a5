// The hash that tells whether two mails say the same, however they were encoded on their way.
#pragma once

#include <string>
#include <string_view>

#include "lib/openssl/digest.h"

namespace poller {

/// A text with LF line ends and without blanks at its lines' ends, fed in pieces.
class TextHash {
 public:
  void update(std::string_view piece);
  /// 32 raw bytes. Empty lines at the end do not count.
  std::string digest();

 private:
  void add_line_piece(std::string_view piece);
  void add_segment(std::string_view segment);
  void line_feed();
  void put(std::string_view bytes);

  Sha256 hash_;
  std::string buffer_;          // not yet hashed
  std::string blanks_;          // seen, and hashed only if something follows on the line
  std::size_t line_feeds_ = 0;  // likewise
  bool after_cr_ = false;
};

/// SHA-256 over the hashes of the leaves, in order.
class ContentHash {
 public:
  void add_leaf(std::string_view digest) { hash_.update(digest); }
  std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

}  // namespace poller
