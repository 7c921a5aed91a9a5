// Charsets to UTF-8: labels as real mail uses them, WHATWG-style upgrades, detection of undeclared and lying ones.
#pragma once

#include <string>
#include <string_view>

namespace poller {

struct CharsetResult {
  std::string text;       // always valid UTF-8, NUL removed, no byte order mark at its start
  std::string used;       // the charset that was used, lower case
  bool guessed = false;   // the label was missing, unknown, or a lie
  bool replaced = false;  // some bytes became U+FFFD
};

/// Where the bytes come from, for guesses.
enum class CharsetContext { plain, html };

/// `label` as declared, may be empty. `hint`: a label that the rest of the mail uses, tried before a guess.
CharsetResult to_utf8(std::string_view bytes, std::string_view label, CharsetContext context = CharsetContext::plain,
                      std::string_view hint = {});

/// The charset a label means: "utf-8", "us-ascii", "windows-1252" (also for iso-8859-1), "iso-2022-jp" (also for its
/// Microsoft forms), or a name that ICU knows. Empty when the label says nothing or nothing known.
std::string canonical_charset(std::string_view label);

/// Loads what charsets and domains need beyond the commonest. In a child of a process with threads nothing can be
/// loaded any more: at the fork another thread may have been at it. So this comes before it.
void load_charsets();

/// The charset that a <meta> element within the first 4 KB of an HTML text declares, or empty.
std::string_view html_meta_charset(std::string_view html);

}  // namespace poller
