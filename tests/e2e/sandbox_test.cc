// scripts/sandbox, as somebody without a tenant meets it: its walk checks itself, and its end leaves nothing.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "../support/process.h"
#include "../support/temp_dir.h"
#include "home.h"

namespace fs = std::filesystem;
using poller::e2e::holds;
namespace support = poller::support;

namespace {

class SandboxScript {
 public:
  SandboxScript() { fs::permissions(dir_.path(), fs::perms(0755)); }  // Dovecot gives up root before it reads

  [[nodiscard]] support::RunResult run(support::Arguments arguments) const {
    const auto build = fs::path(POLLER_BINARY).parent_path().string();
    support::Arguments all{"bash", (support::source_dir() / "scripts/sandbox").string()};
    for (const auto& word : {std::string("--folder"), (dir_ / "box").string(), std::string("--build"), build})
      all.push_back(word);
    all.insert(all.end(), arguments.begin(), arguments.end());
    support::RunOptions options;
    options.environment["TMPDIR"] = dir_.path().string();
    return support::run_program(all, options);
  }
  [[nodiscard]] fs::path folder() const { return dir_.path(); }

 private:
  support::TempDir dir_{"sandbox"};
};

// Processes whose command line names the folder.
int processes_of(const fs::path& folder) {
  int found = 0;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    try {
      if (holds(support::read_text(entry.path() / "cmdline"), folder.string())) ++found;
    } catch (const std::exception&) {
      continue;  // gone meanwhile
    }
  }
  return found;
}

}  // namespace

TEST_CASE("scripts/sandbox: the walk, twice in a row, and nothing is left behind") {
  const SandboxScript sandbox;
  for (int i = 0; i < 2; ++i) {
    const auto walked = sandbox.run({"--yes"});
    REQUIRE_MESSAGE(walked.exit_code == 0, walked.out, walked.err);
    CHECK(holds(walked.out, "ok   smtp-sign-in"));
    CHECK(holds(walked.out, "Subject: Re: [T-1] The printer is on fire"));
    CHECK(holds(walked.out, "It is out. Thank you!"));
    CHECK(processes_of(sandbox.folder()) > 0);
  }
  CHECK(sandbox.run({"stop"}).exit_code == 0);
  CHECK(processes_of(sandbox.folder()) == 0);
  CHECK(fs::is_empty(sandbox.folder()));
  CHECK(sandbox.run({"stop"}).exit_code == 0);  // nothing to do
  const auto nothing = sandbox.run({"sent"});
  CHECK(nothing.exit_code == 1);
  CHECK(holds(nothing.err, "scripts/sandbox starts one"));
}

TEST_CASE("scripts/sandbox removes no folder that is not its own") {
  const SandboxScript sandbox;
  support::write_text(sandbox.folder() / "box/mine", "precious");
  CHECK(sandbox.run({"stop"}).exit_code == 1);
  CHECK(sandbox.run({"--yes"}).exit_code == 1);
  CHECK(support::read_text(sandbox.folder() / "box/mine") == "precious");
}
