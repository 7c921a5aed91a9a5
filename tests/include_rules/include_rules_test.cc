// The layering, held against every file: who may include whom is docs/design.md's table, checked here line by line.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "rules.h"

namespace fs = std::filesystem;
using poller::rules::complaints;
using poller::rules::room_of;

namespace {

const fs::path kRepository = POLLER_SOURCE_DIR;

std::string file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> source_files() {
  std::vector<std::string> files;
  for (const auto* top : {"src", "parsers", "storage"})
    for (const auto& entry : fs::recursive_directory_iterator(kRepository / top))
      if (entry.path().extension() == ".cc" || entry.path().extension() == ".h")
        files.push_back(fs::relative(entry.path(), kRepository).string());
  return files;
}

/// The rooms in the first column of the include table.
std::set<std::string> rooms_of_the_table() {
  std::set<std::string> rooms;
  std::istringstream in(file_text(kRepository / "docs/design.md"));
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("| folder |")) inside = true;
    if (inside && !line.starts_with("|")) break;
    if (!inside || line.starts_with("| folder") || line.starts_with("| -")) continue;
    std::istringstream cell(line.substr(1, line.find('|', 1) - 1));
    for (std::string name; std::getline(cell, name, ',');) {
      const auto from = name.find_first_not_of(' ');
      rooms.insert(name.substr(from, name.find_last_not_of(" /*") - from + 1));
    }
  }
  return rooms;
}

}  // namespace

TEST_CASE("every file keeps to the include table") {
  const auto files = source_files();
  CHECK(files.size() > 30);
  for (const auto& file : files)
    for (const auto& complaint : complaints(file, file_text(kRepository / file))) FAIL_CHECK(complaint);
}

TEST_CASE("the table in docs/design.md names the rooms that are checked") {
  const auto named = rooms_of_the_table();
  CHECK(named.size() > 8);
  for (const auto& room : poller::rules::rooms())
    if (!room.starts_with("storage/")) CHECK_MESSAGE(named.count(room) == 1, room);
}

TEST_CASE("a file's room") {
  CHECK(room_of("src/main.cc") == "main");
  CHECK(room_of("src/lib/curl/connection.cc") == "lib/curl");
  CHECK(room_of("src/mailbox/imap/wire.cc") == "mailbox");
  CHECK(room_of("storage/sqlite/store.cc") == "storage/sqlite");
  CHECK(room_of("storage/store.h") == "storage");
  CHECK(room_of("src/stray.cc").empty());
}

TEST_CASE("breaches are found") {
  struct Breach {
    const char* path;
    const char* line;
  };
  const Breach breaches[] = {
      {"src/base/x.cc", "#include \"model/mail.h\""},
      {"src/base/x.cc", "#include <curl/curl.h>"},
      {"src/oauth/x.cc", "#include <openssl/evp.h>"},
      {"parsers/x.cc", "#include \"storage/store.h\""},
      {"parsers/x.cc", "#include \"base/log.h\""},
      {"parsers/x.cc", "#include <fstream>"},
      {"parsers/addresses.cc", "#include <mimetic/mimetic.h>"},
      {"parsers/x.cc", "#  include   <regex>"},
      {"src/intake/x.cc", "#include \"mailbox/imap/wire.h\""},
      {"src/intake/x.cc", "#include \"storage/sqlite/store.h\""},
      {"storage/x.cc", "#include \"lib/sqlite/database.h\""},
      {"storage/sqlite/x.cc", "#include <sqlite3.h>"},
      {"src/lib/curl/x.cc", "#include \"lib/openssl/hash.h\""},
      {"src/service/x.cc", "#include \"cli/cli.h\""},
      {"src/oauth/x.cc", "#include \"sibling.h\""},
      {"src/oauth/x.cc", "// FIXME"},
      {"src/new_room/x.cc", "int x;"},
  };
  for (const auto& breach : breaches) {
    const std::string shown = std::string(breach.path) + " " + breach.line;
    CHECK_MESSAGE(complaints(breach.path, breach.line).size() == 1, shown);
  }
  CHECK(complaints("src/base/x.cc", std::string(400, '\n')).empty());
  CHECK(complaints("src/base/x.cc", std::string(401, '\n')).size() == 1);
}

TEST_CASE("what the table permits is not complained of") {
  CHECK(complaints("parsers/mime.cc", "#include <mimetic/mimetic.h>\n#include \"lib/icu/text.h\"\n").empty());
  CHECK(complaints("src/cli/show.cc", "#include <CLI/CLI.hpp>\n#include \"mailbox/imap/wire.h\"\n").empty());
  CHECK(complaints("src/main.cc", "#include \"cli/cli.h\"\n").empty());
  CHECK(complaints("src/lib/curl/x.cc", "#include <curl/curl.h>\n#include \"lib/curl/x.h\"\n").empty());
}
