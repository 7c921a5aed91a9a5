// samples/THEME/NAME.eml beside NAME.json: what `poller inspect --json` says of it, byte for byte.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "../support/process.h"
#include "../support/temp_dir.h"

namespace fs = std::filesystem;
namespace support = poller::support;

namespace {

/// Paths of the samples with that extension, relative to the repository.
std::vector<std::string> samples_with(const std::string& extension) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(support::source_dir() / "samples"))
    if (entry.path().extension() == extension)
      found.push_back(fs::relative(entry.path(), support::source_dir()).string());
  std::sort(found.begin(), found.end());
  return found;
}

support::RunResult inspect(std::vector<std::string> files) {
  support::RunOptions options;
  options.folder = support::source_dir();
  files.insert(files.begin(), {"inspect", "--json"});
  return support::run_poller(files, options);
}

std::string expected_of(const std::string& mail) {
  const auto file = (support::source_dir() / mail).replace_extension(".json");
  return fs::exists(file) ? support::read_text(file) : "(there is no " + file.string() + ")";
}

/// The two lines from where they differ, short enough to read.
std::string difference(const std::string& expected, const std::string& found) {
  const auto at = static_cast<std::size_t>(
      std::mismatch(expected.begin(), expected.end(), found.begin(), found.end()).first - expected.begin());
  const auto from = at < 40 ? 0 : at - 40;
  return "\nexpected ..." + expected.substr(from, 160) + "\nfound    ..." +
         found.substr(std::min(from, found.size()), 160);
}

}  // namespace

TEST_CASE("every sample is read as its expected output says") {
  const auto mails = samples_with(".eml");
  CHECK(mails.size() >= 200);
  const auto run = inspect(mails);
  CHECK((run.exit_code == 0 || run.exit_code == 65));  // some are no mails, and say so
  std::istringstream lines(run.out);
  std::string line;
  for (const auto& mail : mails) {
    REQUIRE_MESSAGE(std::getline(lines, line), mail << ": no line for it; " << run.err);
    const auto expected = expected_of(mail);
    if (line + "\n" != expected) FAIL_CHECK(mail << difference(expected, line + "\n"));
  }
  CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE("alone or among others, a file gives the same line") {
  for (const auto* mail : {"samples/mailbox/03-invoice-html.eml", "samples/malformed/empty.eml"})
    CHECK(inspect({mail}).out == expected_of(mail));
}

TEST_CASE("no expected output is left without its mail") {
  for (auto& file : samples_with(".json"))
    CHECK_MESSAGE(fs::exists((support::source_dir() / file).replace_extension(".eml")), file);
}
