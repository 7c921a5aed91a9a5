// Character references of HTML: "&amp;", "&eacute", "&#8211;", "&#x2013;".
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// Reads the reference at `pos`, where `html[pos]` is "&": appends what it means and moves `pos` behind it. Where it is
/// none, "&" itself is appended. Numbers 128 to 159 are windows-1252, as in every browser.
/// `in_attribute`: a name without semicolon before "=" or a letter is no reference then (HTML Living
/// Standard 13.2.5.73).
void decode_entity(std::string_view html, std::size_t& pos, std::string& out, bool in_attribute = false);

/// The whole of an attribute's value.
std::string decode_entities(std::string_view value);

}  // namespace poller
