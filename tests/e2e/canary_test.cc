// Known secrets through everything the program does, at the most talkative log level: not one byte sequence of them may
// be found afterwards in what it wrote, anywhere.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>

#include "../support/scripted_server.h"
#include "base/text.h"
#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in

namespace {

namespace fs = std::filesystem;

constexpr const char* kVaultKey = "canary-vault-key-7Qp2";
constexpr const char* kClientSecret = "poller-web-secret";  // what the OAuth server knows
constexpr const char* kPassword = "canary password=7Qp5\"x";

// Every secret in the forms in which it could leak.
class Canaries {
 public:
  void add(const std::string& name, const std::string& secret) {
    all_.emplace_back(name, secret);
    all_.emplace_back(name + ", base64", poller::text::base64(secret));
    all_.emplace_back(name + ", hex", poller::text::hex(secret));
  }
  void search(const std::string& where, const std::string& text) const {
    for (const auto& [name, secret] : all_) CHECK_MESSAGE(!holds(text, secret), where, " holds the ", name);
  }
  void search_files(const fs::path& folder) const {
    for (const auto& item : fs::recursive_directory_iterator(folder)) {
      const auto name = item.path().filename().string();
      const bool ours = name == "vault.key" || name == "password" || name == "secret" || name == "app.key";
      if (item.is_regular_file() && !ours) search(item.path().string(), poller::support::read_text(item.path()));
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

void write_secret(const fs::path& file, const std::string& value) {
  poller::support::write_text(file, value);
  fs::permissions(file, fs::perms(0600));
}

HomeOptions secretive(const std::string& user, const std::string& with_password) {
  HomeOptions options = options_for(user);
  options.discovery = oauth().discovery() + "\n      client_secret: {file: secret}";
  options.mailbox_keys = fmt::format(
      "  - {{name: plain, address: {}, server: {{host: localhost, port: {}, ca_file: {}}}, auth: password, password: "
      "{{file: password}}}}\n",
      with_password, dovecot().imaps_port(), dovecot().ca_file().string());
  return options;
}

std::string proc(pid_t pid, const char* what) {
  std::ifstream in(fmt::format("/proc/{}/{}", pid, what), std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

}  // namespace

TEST_CASE("no secret in logs, database, vault, output, command lines or memory dumps") {
  const auto user = new_user(), plain = new_user();
  deliver_mails(user, 2);
  deliver_mails(plain, 2, 2);
  dovecot().set_password(plain, kPassword);
  Home home(secretive(user, plain));
  std::string yaml = poller::support::read_text(home.path() / "poller.yaml");
  yaml.replace(yaml.find("client_id: poller\n"), 18, "client_id: poller-web\n");
  poller::support::write_text(home.path() / "poller.yaml", yaml);
  write_secret(home.path() / "vault.key", std::string(kVaultKey) + "\n");
  write_secret(home.path() / "secret", std::string(kClientSecret) + "\n");
  write_secret(home.path() / "password", std::string(kPassword) + "\n");
  const auto minted = oauth().mint(user, "poller-web");
  Canaries canaries;
  canaries.add("vault key", kVaultKey);
  canaries.add("client secret", kClientSecret);
  canaries.add("password", kPassword);
  canaries.add("first refresh token", minted.refresh_token);
  write_secret(home.path() / "token", minted.refresh_token);
  std::string said;
  const auto run = [&](poller::support::Arguments arguments, int code) {
    arguments.insert(arguments.begin(), {"--log-level", "trace"});
    const auto result = home.run(arguments);
    CHECK_MESSAGE(result.exit_code == code, arguments[2], ": ", result.err);
    said += result.out + result.err;
  };
  run({"login", "support", "--refresh-token-file", "token"}, 0);
  fs::remove(home.path() / "token");
  run({"--once"}, 0);
  run({"status", "--json"}, 0);
  run({"check", "--online"}, 0);
  run({"check", "--print"}, 0);
  run({"vault", "rekey", "--old-key-file", "vault.key"}, 0);
  oauth().expire_access_tokens(user);
  run({"--once"}, 0);
  CHECK_MESSAGE(home.count("SELECT count(*) FROM message_v1 WHERE direction = 'in'") == 4, said.substr(0, 4000));
  // An endpoint that repeats what it was sent, a wrong secret, a dead grant.
  oauth().set_fault(fmt::format(
      R"({{"count": 1, "status": 400, "body": "{{\"error\": \"invalid_client\", \"error_description\": \"{} is bad\"}}"}})",
      kClientSecret));
  run({"--once"}, 78);
  oauth().set_fault("null");
  {
    Daemon daemon(home, {}, "run.log");
    CHECK(eventually([&] { return daemon.says("poller is running"); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    canaries.search("/proc/PID/cmdline", proc(daemon.pid(), "cmdline"));
    CHECK(holds(proc(daemon.pid(), "limits"), "Max core file size        0                    0"));
    struct stat st {};
    // A process that is not dumpable belongs to root in /proc: neither a core nor a debugger of the same user gets it.
    if (::getuid() != 0) CHECK((::stat(fmt::format("/proc/{}/mem", daemon.pid()).c_str(), &st) == 0 && st.st_uid == 0));
    daemon.end();
  }
  oauth().revoke(user);
  run({"--once"}, 77);
  dovecot().stop();
  dovecot().start();
  write_secret(home.path() / "password", std::string(kPassword) + "-wrong\n");
  run({"--once"}, 77);
  run({"logout", "support"}, 0);
  CHECK(holds(said, "imap >"));  // the trace was on
  canaries.search("standard output and error", said);
  canaries.search_files(home.path());
}

TEST_CASE("a mail server that repeats what it was sent: nothing of it is shown") {
  const poller::support::TestCa ca;
  std::mutex mutex;
  std::string sent_token, sent_response;
  poller::support::ScriptedServer server(
      poller::support::ScriptedTls{ca.server(), true, false}, [&](poller::support::Conversation& c) {
        c.say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready");
        for (;;) {
          const std::string line = c.line();
          const std::string tag = line.substr(0, line.find(' '));
          if (holds(line, "CAPABILITY")) {
            c.say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR");
            c.say(tag + " OK done");
          } else if (holds(line, "AUTHENTICATE")) {
            const std::string sent = line.substr(line.rfind(' ') + 1);
            std::string decoded;
            poller::text::base64_decode(sent, decoded);
            {
              const std::lock_guard lock(mutex);
              sent_response = sent;
              sent_token = decoded.substr(decoded.find("Bearer ") + 7);
              sent_token = sent_token.substr(0, sent_token.find('\x01'));
            }
            c.say("+ " + sent);
            c.line();
            c.say(tag + " NO [AUTHENTICATIONFAILED] " + sent + " is not good, nor is " + sent_token);
          } else {
            c.say(tag + " BAD what");
          }
        }
      });
  const auto user = new_user();
  HomeOptions options = options_for(user, server.port());
  options.ca_file = ca.ca_file();
  const Home home = signed_in_home(options);
  const auto result = home.run({"--log-level", "trace", "--once"});
  CHECK(result.exit_code == 77);
  CHECK(holds(result.err, "****"));
  const std::lock_guard lock(mutex);
  REQUIRE(sent_token.size() > 20);
  CHECK_FALSE(holds(result.err + result.out, sent_token));
  CHECK_FALSE(holds(result.err + result.out, sent_response));
}
