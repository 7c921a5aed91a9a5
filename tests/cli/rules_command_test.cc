// `poller rules test`.
#include <doctest/doctest.h>

#include "folder_home.h"

using poller::cli_test::bytes_of;
using poller::cli_test::FolderHome;

namespace {

constexpr const char* kThreeRules =
    "rules:\n"
    "  - {when: {subject: invoice, body: paid}, set: {priority: high}}\n"
    "  - {when: {from: \"@example\\\\.com$\"}, set: {tags: [known]}, stop: true}\n"
    "  - {drop: true}\n";

}  // namespace

TEST_CASE("rules test says each rule's verdict and stores nothing") {
  const FolderHome home(kThreeRules);
  const auto lines = home.json({"rules", "test", "-"}, bytes_of({.subject = "an invoice"}));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].at("rule") == 1);
  CHECK(lines[0].at("verdict") == "miss");
  CHECK(lines[0].at("failed") == "body: paid");
  CHECK(lines[0].at("actions") == "priority=high");
  CHECK(lines[1].at("verdict") == "hit");
  CHECK(lines[1].at("hit").get<bool>());
  CHECK(lines[1].at("failed").is_null());
  CHECK(lines[1].at("place").get<std::string>().ends_with("poller.yaml:10"));
  CHECK(lines[2].at("verdict") == "not tried");
  CHECK(lines[3].at("outcome").at("tags") == nlohmann::json({"known"}));
  CHECK(lines[3].at("outcome").at("priority").is_null());
  CHECK_FALSE(lines[3].at("outcome").at("drop").get<bool>());
  CHECK_FALSE(std::filesystem::exists(home.path() / "poller.db"));
}

TEST_CASE("rules test for people, and what it refuses") {
  const FolderHome home(kThreeRules);
  const auto text = home.run({"rules", "test", "-"}, bytes_of({.subject = "an invoice"}));
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("rule 1 (") != std::string::npos);
  CHECK(text.out.find("miss, it does not fit body: paid") != std::string::npos);
  CHECK(text.out.find("hit: tag=known stop") != std::string::npos);
  CHECK(text.out.find("not tried, because an earlier rule had stop") != std::string::npos);
  CHECK(text.out.find("together: tag=known") != std::string::npos);
  CHECK(home.run({"rules", "test", "absent.eml"}).exit_code == 66);
  CHECK(home.run({"rules", "test", "-"}, "").exit_code == 65);
  CHECK(home.run({"rules"}).exit_code == 64);
  const FolderHome broken("rules: [{when: {subject: \"a(b\"}, drop: true}]\n");
  CHECK(broken.run({"rules", "test", "-"}, bytes_of({})).exit_code == 78);
}
