// What is installed beside the program: the unit's hardening, and that nothing in packaging/ has fallen behind.
#include <doctest/doctest.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "../support/process.h"
#include "../support/temp_dir.h"

using poller::support::read_text;
using poller::support::run_poller;
using poller::support::run_program;
using poller::support::source_dir;

namespace {

/// The subcommands that `poller --help` names.
std::set<std::string> subcommands() {
  std::set<std::string> out;
  std::istringstream help(run_poller({"--help"}).out);
  bool listed = false;
  for (std::string line; std::getline(help, line);) {
    if (line == "Subcommands:") listed = true;
    if (line.empty()) listed = false;
    if (!listed || line.rfind("  ", 0) != 0 || line[2] == ' ') continue;
    out.insert(line.substr(2, line.find(' ', 2) - 2));
  }
  return out;
}

bool holds(const std::string& text, const std::string& word) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const auto is_word = [&](std::size_t i) {
      return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '_');
    };
    if ((at == 0 || !is_word(at - 1)) && !is_word(at + word.size())) return true;
  }
  return false;
}

/// Every "poller_…" name in a text.
std::set<std::string> metric_names(const std::string& text) {
  std::set<std::string> out;
  for (auto at = text.find("poller_"); at != std::string::npos; at = text.find("poller_", at + 1)) {
    std::size_t end = at;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) ++end;
    out.insert(text.substr(at, end - at));
  }
  return out;
}

}  // namespace

TEST_CASE("the unit's exposure is 1.5 or less") {
  const auto result = run_program(
      {"systemd-analyze", "security", "--offline=true", (source_dir() / "packaging/systemd/poller.service").string()});
  if (result.exit_code == 127 || result.out.empty()) {
    MESSAGE("skipped: systemd-analyze is not installed");
    return;
  }
  const auto at = result.out.find("exposure level for poller.service:");
  REQUIRE(at != std::string::npos);
  CHECK_MESSAGE(std::stod(result.out.substr(at + 34)) <= 1.5, result.out);
}

TEST_CASE("the program starts without the libraries that are loaded when they are needed") {
  const auto dump = run_program({"readelf", "-dW", POLLER_BINARY});
  REQUIRE(dump.exit_code == 0);
  const auto is_needed = [&](const std::string& soname) {
    return dump.out.find("Shared library: [" + soname + "]") != std::string::npos;
  };
  REQUIRE(is_needed("libsqlite3.so.0"));
  for (const char* lazy : {POLLER_CURL_SONAME, POLLER_ICUI18N_SONAME, POLLER_ICUUC_SONAME, "libssl.so.3",
                           POLLER_MICROHTTPD_SONAME, POLLER_SYSTEMD_SONAME}) {
    CHECK_MESSAGE(!is_needed(lazy), lazy);
  }
}

TEST_CASE("the package depends on the libraries that are loaded when they are needed") {
  const std::string package = read_text(std::filesystem::path(POLLER_BINARY).parent_path() / "CPackConfig.cmake");
  const auto at = package.find("CPACK_DEBIAN_PACKAGE_DEPENDS");
  REQUIRE(at != std::string::npos);
  const std::string depends = package.substr(at, package.find('\n', at) - at);
  for (const char* name : {POLLER_CURL_PACKAGE, POLLER_ICUI18N_PACKAGE, POLLER_ICUUC_PACKAGE, POLLER_MICROHTTPD_PACKAGE,
                           POLLER_SYSTEMD_PACKAGE}) {
    CHECK_MESSAGE(depends.find(name) != std::string::npos, depends);
  }
}

TEST_CASE("man page and completions know every subcommand") {
  const auto all = subcommands();
  REQUIRE(all.size() >= 15);
  for (const auto* file : {"packaging/man/poller.8", "packaging/completions/poller.bash",
                           "packaging/completions/_poller", "packaging/completions/poller.fish"}) {
    const std::string text = read_text(source_dir() / file);
    for (const auto& command : all) CHECK_MESSAGE(holds(text, command), file, ": ", command);
  }
}

TEST_CASE("dashboard and alerts name families that the program serves, and operations.md every alert") {
  const std::string source = read_text(source_dir() / "src/service/metrics.cc");
  const std::string operations = read_text(source_dir() / "docs/operations.md");
  const std::string rules = read_text(source_dir() / "packaging/prometheus/poller.rules.yml");
  const std::string dashboard = read_text(source_dir() / "packaging/grafana/poller.json");
  CHECK(nlohmann::json::parse(dashboard).at("panels").size() > 5);
  for (auto name : metric_names(rules + dashboard)) {
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
      if (name.size() > suffix.size() && name.ends_with(suffix)) name.resize(name.size() - suffix.size());
    }
    CHECK_MESSAGE(source.find("\"" + name + "\"") != std::string::npos, name);
    CHECK_MESSAGE(holds(operations, name), name);
  }
  std::istringstream lines(rules);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find("- alert: ");
    if (at != std::string::npos) CHECK_MESSAGE(holds(operations, line.substr(at + 9)), line);
  }
}

TEST_CASE("the shell scripts of the package are well-formed") {
  for (const auto* script : {"config", "postinst", "prerm", "postrm"}) {
    const auto file = source_dir() / "packaging/debian" / script;
    CHECK(run_program({"sh", "-n", file.string()}).exit_code == 0);
  }
  CHECK(run_program({"bash", "-n", (source_dir() / "packaging/completions/poller.bash").string()}).exit_code == 0);
}

TEST_CASE("an installed page links to none that is not installed") {
  const std::string installed = read_text(source_dir() / "packaging/package.cmake");
  std::set<std::string> pages;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "docs")) {
    const auto name = entry.path().filename().string();
    if (installed.find("docs/" + name) != std::string::npos) pages.insert(name);
  }
  REQUIRE(pages.count("operations.md") == 1);
  for (const auto& page : pages) {
    const std::string text = read_text(source_dir() / "docs" / page);
    for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at + 2)) {
      const std::string link = text.substr(at + 2, text.find_first_of(")#", at + 2) - at - 2);
      if (link.empty() || link.find("://") != std::string::npos) continue;
      CHECK_MESSAGE(pages.count(link) == 1, page, ": ", link);
    }
  }
}
