// `poller db`: what it says where a backup cannot be written, or where there is nothing sound to copy.
#include <doctest/doctest.h>

#include <fstream>

#include "folder_home.h"

using poller::cli_test::bytes_of;
using poller::cli_test::FolderHome;
using poller::cli_test::holds;

namespace {

void fill(const FolderHome& home) {
  for (int i = 0; i < 40; ++i) {
    poller::support::write_text(
        home.path() / "in" / (std::to_string(i) + ".eml"),
        bytes_of({.id = std::to_string(i) + "@example.com", .body = std::string(3000, 'a') + "\n"}));
  }
  REQUIRE(home.run({"replay", "in"}).exit_code == 0);
}

}  // namespace

TEST_CASE("a backup that cannot be written says what is wrong with its place, not with the storage's") {
  const FolderHome home;
  fill(home);
  for (const std::string target : {"/proc/copy.db", "poller.yaml/copy.db"}) {
    CAPTURE(target);
    const auto result = home.run({"db", "backup", target});
    CHECK(result.exit_code == 74);
    CHECK_MESSAGE(holds(result.err, target), result.err);
    CHECK_MESSAGE(holds(result.err, "the backup"), result.err);
    CHECK_MESSAGE(!holds(result.err, "storage key"), result.err);
  }
}

TEST_CASE("a backup of a damaged storage is made, and called damaged") {
  const FolderHome home;
  fill(home);
  REQUIRE(home.run({"db", "backup", "sound.db"}).exit_code == 0);
  std::fstream file(home.path() / "poller.db", std::ios::in | std::ios::out | std::ios::binary);
  const auto pages = std::filesystem::file_size(home.path() / "poller.db") / 4096;
  for (auto page = pages * 3 / 4; page < pages * 7 / 8; ++page) {  // of mails: the copying itself sees nothing
    file.seekp(static_cast<std::streamoff>(page * 4096));
    file << std::string(64, '\x5a');
  }
  file.close();
  const auto result = home.run({"db", "backup", "copy.db"});
  CHECK(result.exit_code == 74);
  CHECK_MESSAGE(holds(result.err, "damaged"), result.err);
  CHECK_MESSAGE(holds(result.err, "copy.db"), result.err);
  CHECK(std::filesystem::exists(home.path() / "copy.db"));
  CHECK(std::filesystem::exists(home.path() / "copy.db-raw"));
  const auto json = home.run({"db", "backup", "again.db", "--json"});
  CHECK(json.exit_code == 74);
  CHECK_MESSAGE(holds(json.out, "\"findings\":[\""), json.out);
}

TEST_CASE("a storage that is an empty file is called that: nobody starts poller to mend it") {
  const FolderHome home;
  fill(home);
  std::filesystem::resize_file(home.path() / "poller.db", 0);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"db", "check"}, {"status"}, {"db", "backup", "copy.db"}, {"tickets"}}) {
    CAPTURE(command.back());
    const auto result = home.run(command);
    CHECK(result.exit_code == 74);
    CHECK_MESSAGE(holds(result.err, "is empty"), result.err);
    CHECK_MESSAGE(holds(result.err, "backup"), result.err);
    CHECK(std::filesystem::file_size(home.path() / "poller.db") == 0);
  }
}

TEST_CASE("an empty file in the storage's place is not filled again where the mails' bytes lie beside it") {
  const FolderHome home;
  poller::support::write_text(home.path() / "poller.db", "");
  poller::support::write_text(home.path() / "poller.db-raw", "bytes of mails");
  const auto result = home.run({"--once"});
  CHECK(result.exit_code == 74);
  CHECK_MESSAGE(holds(result.err, "is empty"), result.err);
  CHECK(std::filesystem::file_size(home.path() / "poller.db") == 0);
}
