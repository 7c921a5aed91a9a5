#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/safe_file.h"
#include "config/load.h"

using namespace poller::config;
namespace fs = std::filesystem;

namespace {

/// Complaints, a line each, files named relative to `folder`. What is not in this version yet comes and goes with the
/// versions, so only the folder about it expects those lines.
std::string complaints_in(const fs::path& folder) {
  const bool about_versions = folder.filename() == "not-in-this-version";
  const std::string prefix = folder.string() + "/";
  std::string out;
  for (const Complaint& complaint : load(folder / "poller.yaml").complaints) {
    std::string line = to_string(complaint);
    if (!about_versions && line.find("not in this version") != std::string::npos) continue;
    for (std::size_t at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) {
      line.erase(at, prefix.size());
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace

// One folder a broken configuration: poller.yaml, and in expected.txt every complaint to the letter. To write one anew,
// leave its expected.txt empty and take what the test prints, after reading it.
TEST_CASE("broken configurations") {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(fs::path(POLLER_SOURCE_DIR) / "tests/bad_config")) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  CHECK(folders.size() >= 25);
  for (const fs::path& folder : folders) {
    CAPTURE(folder.filename().string());
    const std::string expected = poller::read_file(folder / "expected.txt", 1 << 20);
    CHECK_FALSE(expected.empty());
    CHECK(complaints_in(folder) == expected);
  }
}

TEST_CASE("the configuration in the root of the project works as it stands") {
  const Loaded loaded = load(fs::path(POLLER_SOURCE_DIR) / "poller.yaml");
  for (const Complaint& complaint : loaded.complaints) FAIL_CHECK(to_string(complaint));
  REQUIRE(loaded.config.mailboxes.size() == 1);
  CHECK(loaded.config.mailboxes[0].name == "samples");
  CHECK(loaded.config.mailboxes[0].path == fs::path(POLLER_SOURCE_DIR) / "samples/mailbox");
  CHECK(loaded.config.sqlite_path == fs::path(POLLER_SOURCE_DIR) / "var/poller.db");
  CHECK(loaded.config.queues[0].number == "T-{id}");
}
