// What a person writes: from a file, or from standard input.
#pragma once

#include <string>

namespace poller::cli {

std::string read_standard_input();

/// `file` "-" or empty: standard input. Throws Error(usage) for a text of nothing but blanks, naming `what`.
std::string read_text_input(const std::string& file, const char* what);

}  // namespace poller::cli
