// Charsets to UTF-8: labels as real mail uses them, WHATWG-style upgrades, detection of undeclared and lying ones.
#pragma once

#include <string>
#include <string_view>

namespace poller {

struct CharsetResult {
  std::string text;       // always valid UTF-8, NUL removed
  std::string used;       // the charset that was used, lower case
  bool guessed = false;   // the label was missing, unknown, or a lie
  bool replaced = false;  // some bytes became U+FFFD
};

/// `label` as declared, may be empty.
CharsetResult to_utf8(std::string_view bytes, std::string_view label);

}  // namespace poller
