// A mistyped command line: what is not known here, what was probably meant, and where to read on.
#include <doctest/doctest.h>

#include "folder_home.h"

using poller::support::Arguments;

TEST_CASE("the nearest command or option is named") {
  const poller::cli_test::FolderHome home;
  struct Case {
    Arguments typed;
    const char* said;
    const char* read_on;
  };
  for (const auto& [typed, said, read_on] :
       {Case{{"statsu"}, "`statsu` is not known here; did you mean `status`?", "`poller --help`"},
        Case{{"--onec"}, "`--onec` is not known here; did you mean `--once`?", "`poller --help`"},
        Case{{"vault", "reky"}, "`reky` is not known here; did you mean `rekey`?", "`poller vault --help`"},
        Case{{"replay", "x", "--dry-rum"}, "did you mean `--dry-run`?", "`poller replay --help`"},
        Case{{"check", "--onlin"}, "did you mean `--online`?", "`poller check --help`"},
        Case{{"--entirely-else"}, "`--entirely-else` is not known here\n", "`poller --help`"},
        Case{{"show"}, "TICKET", "`poller show --help`"}}) {
    CAPTURE(said);
    const auto result = home.run(typed);
    CHECK(result.exit_code == 64);
    CHECK(result.out.empty());
    CHECK(result.err.find("poller: ") == 0);
    CHECK_MESSAGE(result.err.find(said) != std::string::npos, result.err);
    CHECK_MESSAGE(result.err.find(read_on) != std::string::npos, result.err);
  }
}
