// With --log-format json every line on standard error is an object: the complaints about the configuration and the
// error that the program ends with, too.
#include <doctest/doctest.h>

#include <sstream>

#include "folder_home.h"

using nlohmann::json;
using poller::cli_test::FolderHome;

namespace {

std::vector<json> objects(const std::string& text) {
  std::vector<json> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const json one = json::parse(line, nullptr, false);
    CHECK_MESSAGE(one.is_object(), line);
    if (one.is_object()) out.push_back(one);
  }
  return out;
}

}  // namespace

TEST_CASE("complaints about the configuration, and the error at the end") {
  const FolderHome home("no_such_key: 1\n");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"--log-format", "json", "--once"}, {"tickets", "--log-format=json"}}) {
    const auto result = home.run(command);
    CHECK(result.exit_code == 78);
    const auto said = objects(result.err);
    REQUIRE(said.size() == 2);
    CHECK(said[0]["msg"].get<std::string>().find("no_such_key") != std::string::npos);
    CHECK(said[0]["level"] == "error");
    CHECK(said[1]["msg"].get<std::string>().find("the configuration has errors") != std::string::npos);
    CHECK(said[1]["advice"].get<std::string>().find("poller check") != std::string::npos);
    CHECK(said[1]["kind"] == "configuration");
  }
}

TEST_CASE("a mistyped command line") {
  const FolderHome home;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"--log-format", "json", "statsu"}, {"--log-format=json", "show"}}) {
    const auto result = home.run(command);
    CHECK(result.exit_code == 64);
    const auto said = objects(result.err);
    REQUIRE(said.size() == 1);
    CHECK(said[0]["advice"].get<std::string>().find("--help") != std::string::npos);
  }
  const auto unknown = home.run({"--log-format", "xml", "status"});
  CHECK(unknown.exit_code == 64);
  CHECK(unknown.err.find("poller: unknown log format") == 0);
}

TEST_CASE("what a command has to say beside its result") {
  const FolderHome home;
  poller::support::write_text(home.path() / "empty.eml", "");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"rules", "empty.eml"}, {"inspect", "empty.eml"}, {"replay", "nowhere.eml"}}) {
    CAPTURE(command.front());
    auto with = command;
    with.insert(with.end(), {"--log-format", "json"});
    const auto result = home.run(with);
    CHECK(!result.err.empty());
    objects(result.err);
  }
}
