// The include table of docs/design.md as data, and the check of one file against it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace poller::rules {

/// What is wrong with a file, one complaint a line of it: "src/x.cc:12: ...". `path` is relative to the repository.
std::vector<std::string> complaints(std::string_view path, std::string_view content);

/// The room a file belongs to ("lib/curl", "storage/sqlite", "main"), or "" where no rule covers it.
std::string room_of(std::string_view path);

/// Every room that has a rule.
std::vector<std::string> rooms();

}  // namespace poller::rules
