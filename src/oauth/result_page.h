// The page in the browser at the end of a sign-in.
#pragma once

#include <string>

namespace poller::oauth {

/// A small HTML page: no scripts, nothing loaded from anywhere, everything escaped. Each line of `text`
/// is a paragraph.
std::string result_page(bool good, const std::string& heading, const std::string& text);

/// `s` for HTML text and attributes.
std::string html_escape(const std::string& s);

}  // namespace poller::oauth
