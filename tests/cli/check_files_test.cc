// `poller check`: what the files that the configuration names hold.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "../support/process.h"
#include "../support/temp_dir.h"
#include "../support/test_ca.h"

using namespace poller::support;  // NOLINT(google-build-using-namespace): the stand-ins of this test

namespace {

constexpr int kLineOfKey = 12;

RunResult check_pair(const TempDir& folder, const std::filesystem::path& cert, const std::filesystem::path& key,
                     const Arguments& command = {"check"}) {
  write_text(folder / "vault.key", "a key for tests\n");
  std::filesystem::permissions(folder / "vault.key", std::filesystem::perms(0600));
  write_text(folder / "poller.yaml", fmt::format(R"(version: 1
vault: {{key: {{file: vault.key}}}}
mailboxes:
  - name: support
    preset: microsoft365
    address: support@contoso.com
    oauth:
      tenant: 00000000-0000-0000-0000-00000000000a
      client_id: 11111111-1111-1111-1111-111111111111
      certificate:
        cert: {}
        key: {}
)",
                                                 cert.string(), key.string()));
  RunOptions options;
  options.folder = folder.path();
  return run_poller(command, options);
}

bool says(const RunResult& result, const std::string& text) {
  const std::string place = fmt::format("poller.yaml:{}:14: error: mailboxes[support].oauth.certificate: ", kLineOfKey);
  return result.out.find(place) != std::string::npos && result.out.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("check: a certificate and a key that belong together are good") {
  const TempDir folder("check");
  const auto made = self_signed_rsa(folder.path(), "app");
  const auto result = check_pair(folder, made.cert, made.key);
  CHECK_MESSAGE(result.exit_code == 0, result.out, result.err);
  CHECK(result.out.find("error") == std::string::npos);
}

TEST_CASE("check: another certificate's key, at the key's line") {
  const TempDir folder("check");
  const auto one = self_signed_rsa(folder.path(), "one");
  const auto other = self_signed_rsa(folder.path(), "other");
  const auto result = check_pair(folder, one.cert, other.key);
  CHECK(result.exit_code == 78);
  CHECK_MESSAGE(says(result, "it is not the certificate's"), result.out);
}

TEST_CASE("check: a certificate that has ended, and one that has not begun") {
  const TempDir folder("check");
  const auto ended = self_signed_rsa(folder.path(), "ended", -30, -1);
  const auto past = check_pair(folder, ended.cert, ended.key);
  CHECK(past.exit_code == 78);
  CHECK_MESSAGE(says(past, "it ended on "), past.out);
  const auto coming = self_signed_rsa(folder.path(), "coming", 2, 30);
  const auto future = check_pair(folder, coming.cert, coming.key);
  CHECK(future.exit_code == 78);
  CHECK_MESSAGE(says(future, "it begins only on "), future.out);
}

TEST_CASE("login ends with what check finds wrong with the certificate: nobody is sent to a browser") {
  const TempDir folder("login");
  const auto ended = self_signed_rsa(folder.path(), "ended", -30, -1);
  for (const Arguments& way :
       {Arguments{"login", "support", "--no-browser"}, Arguments{"login", "support", "--device"}}) {
    const auto result = check_pair(folder, ended.cert, ended.key, way);
    CHECK(result.exit_code == 78);
    CHECK_MESSAGE(result.err.find("oauth.certificate: it ended on ") != std::string::npos, result.err);
    CHECK(result.out.empty());
  }
}

TEST_CASE("check: a client secret's day that is past is a warning, today's is none") {
  const TempDir folder("check");
  const auto made = self_signed_rsa(folder.path(), "app");
  const auto check = [&](int days) {
    const auto day = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) + std::chrono::days(days);
    const std::chrono::year_month_day date(day);
    return check_pair(
        folder, made.cert,
        fmt::format("{}\n      client_secret_expires: {}-{:02}-{:02}", made.key.string(), static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())));
  };
  const auto past = check(-1);
  CHECK_MESSAGE(past.exit_code == 0, past.out, past.err);
  CHECK_MESSAGE(
      past.out.find("warning: mailboxes[support].oauth.client_secret_expires: that day is past") != std::string::npos,
      past.out);
  CHECK(check(1).out.find("that day is past") == std::string::npos);
}

TEST_CASE("check: a file that is missing is said once, and is no fault of the pair") {
  const TempDir folder("check");
  const auto made = self_signed_rsa(folder.path(), "app");
  const auto result = check_pair(folder, folder / "nowhere.crt", made.key);
  CHECK(result.exit_code == 0);
  CHECK(result.out.find("oauth.certificate.cert: found") != std::string::npos);
  CHECK(result.out.find("error") == std::string::npos);
}
