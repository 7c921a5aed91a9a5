#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "base/safe_file.h"
#include "base/text.h"
#include "config/load.h"
#include "tests/config/config_files.h"

using namespace poller::config;
using poller::test::ConfigFolder;

// Every mapping below is asked for a key that does not exist; the complaint lists those that do, and each of them must
// be described.
TEST_CASE("every key is described in docs/configuration.md") {
  const std::string page =
      poller::read_file(std::filesystem::path(POLLER_SOURCE_DIR) / "docs/configuration.md", 1 << 20);
  const ConfigFolder folder;
  const Loaded loaded = folder.load(R"(zzzzz: 1
vault: {zzzzz: 1}
outbound: {zzzzz: 1}
answers: {zzzzz: 1, new_ticket: {zzzzz: 1}}
notify: {zzzzz: 1}
http: {zzzzz: 1}
retention: {zzzzz: 1}
deadlines: {zzzzz: 1}
queues: [{zzzzz: 1}]
organisations: [{zzzzz: 1}]
rules: [{zzzzz: 1, when: {zzzzz: 1, header: {zzzzz: 1}}, set: {zzzzz: 1}}]
mailboxes:
  - {zzzzz: 1, server: {zzzzz: 1}, password: {zzzzz: 1}, trust: {zzzzz: 1}, smtp: {zzzzz: 1}, after: {zzzzz: 1},
     oauth: {zzzzz: 1, certificate: {zzzzz: 1}}}
)");
  int mappings = 0;
  for (const Complaint& complaint : loaded.complaints) {
    const std::size_t list = complaint.text.find("allowed: ");
    if (complaint.text.find("unknown key") == std::string::npos) continue;
    REQUIRE(list != std::string::npos);
    ++mappings;
    for (const std::string_view item : poller::text::split(std::string_view(complaint.text).substr(list + 9), ',')) {
      const std::string key(poller::text::trim(item));
      CAPTURE(complaint.text);
      CAPTURE(key);
      const bool described =
          page.find("`" + key + "`") != std::string::npos || page.find("." + key + "`") != std::string::npos ||
          page.find("`" + key + ".") != std::string::npos || page.find("{" + key + ": ") != std::string::npos ||
          page.find(", " + key + ": ") != std::string::npos;
      CHECK(described);
    }
  }
  CHECK(mappings == 23);
}
