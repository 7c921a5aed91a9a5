// What yaml-cpp does not refuse, or refuses with words that do not help.
#pragma once

#include <string>

#include "config/complaints.h"

namespace poller::config {

/// UTF-8 without control characters, and no tab as indentation; else a complaint at the place.
bool is_usable_text(const std::string& text, const std::string& file, Complaints& complaints);

/// Whether a quote begins at this place, after an anchor or a tag, and is never closed: yaml-cpp takes all the rest of
/// the file for the value. Lines and columns from 1, columns in code points.
bool is_unclosed_quote(const std::string& text, int line, int column);

/// A complaint of yaml-cpp's in an administrator's words.
std::string explain_yaml(const std::string& said);

}  // namespace poller::config
