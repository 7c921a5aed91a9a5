#include "cli/text_input.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/text.h"

namespace poller::cli {
namespace {

constexpr std::size_t kLongestInput = 100'000'000;

}  // namespace

std::string read_standard_input() {
  std::string out;
  char buffer[1 << 14];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
    out.append(buffer, n);
    if (out.size() > kLongestInput) throw Error(ErrorKind::usage, "standard input is too long");
  }
  return out;
}

std::string read_text_input(const std::string& file, const char* what) {
  std::string words = file.empty() || file == "-" ? read_standard_input() : read_file(file, kLongestInput);
  if (text::trim(words).empty()) {
    throw Error(ErrorKind::usage, fmt::format("{} is empty", what),
                "Give --text-file FILE, or write it to standard input.");
  }
  return words;
}

}  // namespace poller::cli
