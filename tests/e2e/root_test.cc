// Commands that root types: they read what root alone may read, and leave nothing behind that the service cannot open.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in

namespace {

namespace fs = std::filesystem;

constexpr uid_t kService = 54322;  // a number without a name: no passwd entry is needed

/// Storage and vault below var, which is the service's; the secrets are root's alone.
class ServiceHome {
 public:
  explicit ServiceHome(const std::string& user) : home_(options_of(user)) {
    fs::permissions(home_.path(), fs::perms(0755));
    fs::copy_file(dovecot().ca_file(), home_.path() / "ca.pem");
    fs::permissions(home_.path() / "ca.pem", fs::perms(0644));
    std::string yaml = poller::support::read_text(home_.path() / "poller.yaml");
    yaml.replace(yaml.find("client_id: poller\n"), 18, "client_id: poller-web\n");
    poller::support::write_text(home_.path() / "poller.yaml", yaml);
    fs::permissions(home_.path() / "poller.yaml", fs::perms(0644));
    poller::support::write_text(home_.path() / "secret", "poller-web-secret\n");
    fs::permissions(home_.path() / "secret", fs::perms(0600));
    fs::create_directory(home_.path() / "var");
    REQUIRE(::chown((home_.path() / "var").c_str(), kService, kService) == 0);
  }
  Home& home() { return home_; }
  /// How many files and folders lie below var; each must be the service's.
  int owned() const {
    int count = 0;
    for (const auto& item : fs::recursive_directory_iterator(home_.path() / "var")) {
      struct stat st {};
      REQUIRE(::lstat(item.path().c_str(), &st) == 0);
      CHECK_MESSAGE(st.st_uid == kService, item.path().string());
      ++count;
    }
    return count;
  }

 private:
  static HomeOptions options_of(const std::string& user) {
    HomeOptions options = options_for(user);
    options.ca_file = "ca.pem";
    options.discovery = oauth().discovery() + "\n      client_secret: {file: secret}";
    return options;
  }
  Home home_;
};

}  // namespace

TEST_CASE("root's login, pass, status, check and logout: secrets are read as root, files are made as the service") {
  if (::geteuid() != 0) {
    MESSAGE("SKIPPED: becoming another user can be tried by root alone");
    return;
  }
  const auto user = new_user();
  deliver_mails(user, 2);
  ServiceHome service(user);
  const auto run = [&](poller::support::Arguments arguments, int code) {
    const auto result = service.home().run(arguments);
    CHECK_MESSAGE(result.exit_code == code, arguments[0], ": ", result.out, result.err);
    return result.out;
  };
  CHECK(holds(run({"status"}, 0), "nobody has signed in yet"));
  service.home().login(oauth().mint(user, "poller-web").refresh_token);
  CHECK(service.owned() > 2);
  run({"--once"}, 0);
  CHECK(service.home().count("SELECT count(*) FROM message_v1 WHERE direction = 'in'") == 2);
  CHECK(holds(run({"status"}, 0), "ok"));
  run({"check", "--online"}, 0);
  poller::support::write_text(service.home().path() / "old.key", "a key for tests\n");
  fs::permissions(service.home().path() / "old.key", fs::perms(0600));
  poller::support::write_text(service.home().path() / "vault.key", "another key\n");
  run({"vault", "rekey", "--old-key-file", "old.key"}, 0);
  run({"--once"}, 0);
  service.owned();
  run({"logout", "support"}, 0);
  CHECK(holds(run({"status"}, 0), "nobody has signed in yet"));
  service.owned();
}
