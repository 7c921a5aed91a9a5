// `check --online` and --dry-run tell beforehand whether `after` can be done, and change nothing.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "../support/dovecot.h"
#include "../support/mail_maker.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in

namespace {

constexpr const char* kUser = "desk@example.test";

/// A server that can do no more than `capabilities`.
class Server {
 public:
  explicit Server(const std::string& capabilities)
      : dovecot_({"", false,
                  "passdb {\n  driver = static\n  mechanisms = plain login\n  args = password=pw\n}\n"
                  "protocol imap {\n  imap_capability = " +
                      capabilities + "\n}\n"}) {
    dovecot_.deliver(kUser, poller::support::make_mail(1));
  }

  [[nodiscard]] HomeOptions options(const std::string& after) const {
    HomeOptions options;
    options.address = kUser;
    options.port = dovecot_.imaps_port();
    options.ca_file = dovecot_.ca_file();
    options.after = after;
    return options;
  }
  [[nodiscard]] std::size_t mails(const std::string& folder) const { return dovecot_.mails(kUser, folder).size(); }
  [[nodiscard]] bool has(const std::string& folder) const {
    const auto inbox = dovecot_.mails(kUser).front().file.parent_path().parent_path();
    return std::filesystem::exists(inbox / ("." + folder));
  }

 private:
  poller::support::Dovecot dovecot_;
};

nlohmann::json folder_step(const Home& home) {
  return json_lines(home.run({"check", "--online", "--json"}).out).at(0).at("steps").back();
}

}  // namespace

TEST_CASE("a folder to move to that is missing is said, and made by the first pass alone") {
  const Server server("IMAP4rev1 SASL-IR LITERAL+ ID UIDPLUS LIST-EXTENDED IDLE MOVE");
  const Home home(server.options("{move: Done}"));
  CHECK(home.run({"--once", "--dry-run"}).exit_code == 0);
  const auto step = folder_step(home);
  CHECK(step.at("ok") == true);
  CHECK(holds(step.at("detail"), "there is no folder Done yet, the first poll makes it; the largest of"));
  CHECK_FALSE(server.has("Done"));
  home.once();
  CHECK(server.mails("Done") == 1);
  CHECK_FALSE(holds(folder_step(home).at("detail"), "Done"));
}

TEST_CASE("a server that could only remove everybody's mails is refused before the first pass") {
  const Server server("IMAP4rev1 SASL-IR LITERAL+ ID IDLE");
  for (const char* after : {"delete", "{move: Done}"}) {
    CAPTURE(after);
    const Home home(server.options(after));
    const auto step = folder_step(home);
    CHECK(step.at("step") == "folder");
    CHECK(step.at("ok") == false);
    CHECK(holds(step.at("detail"), "INBOX: 1 mails; the IMAP server can only remove all mails"));
    CHECK(holds(step.at("advice"), "after: keep or seen"));
    CHECK(home.run({"check", "--online"}).exit_code == 78);
    CHECK(home.run({"--once", "--dry-run"}).exit_code == 78);
    CHECK(home.run({"--once"}).exit_code == 78);
    CHECK(server.mails("INBOX") == 1);
  }
  CHECK(folder_step(Home(server.options("seen"))).at("ok") == true);
}
