#include "oauth/said_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "base/safe_file.h"
#include "base/text.h"

namespace poller::oauth {
namespace {

constexpr const char* kFileName = "warnings-said";
constexpr std::size_t kLargestMemory = 1024 * 1024;

std::string line_of(const ExpiryWarning& w) { return fmt::format("{} {} {}", w.what, w.stage, w.mailbox); }

std::set<std::string> said_before(const std::filesystem::path& file) {
  std::set<std::string> lines;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return lines;
  const std::string content = read_file(file, kLargestMemory);
  for (const std::string_view line : text::split(content, '\n')) {
    if (!line.empty()) lines.emplace(line);
  }
  return lines;
}

void remember(const std::filesystem::path& file, const std::set<std::string>& lines) {
  std::string content;
  for (const std::string& line : lines) content += line + "\n";
  write_file_atomically(file, content, 0600);
}

}  // namespace

std::vector<ExpiryWarning> take_unsaid(const std::filesystem::path& vault_folder,
                                       const std::vector<ExpiryWarning>& due) noexcept {
  std::vector<ExpiryWarning> fresh = due;
  try {
    std::error_code ignored;
    if (!std::filesystem::is_directory(vault_folder, ignored)) return fresh;
    const auto file = vault_folder / kFileName;
    const std::set<std::string> before = said_before(file);
    std::set<std::string> now;
    for (const ExpiryWarning& w : due) now.insert(line_of(w));
    std::erase_if(fresh, [&](const ExpiryWarning& w) { return before.count(line_of(w)) != 0; });
    if (now != before) remember(file, now);
  } catch (const std::exception& error) {
    log::debug("which warnings were said cannot be kept", {{"error", error.what()}});
  }
  return fresh;
}

}  // namespace poller::oauth
