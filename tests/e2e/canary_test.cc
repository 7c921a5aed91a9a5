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

#include "../support/net.h"
#include "../support/scripted_server.h"
#include "../support/smtp_server.h"
#include "base/text.h"
#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in

namespace {

namespace fs = std::filesystem;

constexpr const char* kVaultKey = "canary-vault-key-7Qp2";
constexpr const char* kClientSecret = "poller-web-secret";  // what the OAuth server knows
constexpr const char* kPassword = "canary password=7Qp5\"x";
constexpr const char* kSmtpPassword = "canary-smtp-9Zk4";

// Every secret in the forms in which it could leak.
class Canaries {
 public:
  void add(const std::string& name, const std::string& secret) {
    all_.emplace_back(name, secret);
    all_.emplace_back(name + ", hex", poller::text::hex(secret));
    // Within something longer that is base64, as XOAUTH2's answer is, a secret begins at any of three places.
    for (std::size_t before = 0; before < 3; ++before) {
      const std::string text = poller::text::base64(std::string(before, 'x') + secret);
      const std::size_t first = before == 0 ? 0 : 4;
      all_.emplace_back(name + ", base64", text.substr(first, text.size() - first - 4));
    }
  }
  void add_all(const std::string& name, const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets) add(name, secret);
  }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  void search(const std::string& where, const std::string& text) const {
    for (const auto& [name, secret] : all_) CHECK_MESSAGE(!holds(text, secret), where, " holds the ", name);
  }
  void search_files(const fs::path& folder) const {
    for (const auto& item : fs::recursive_directory_iterator(folder)) {
      const auto name = item.path().filename().string();
      const bool ours =
          name == "vault.key" || name == "password" || name == "smtp-password" || name == "secret" || name == "app.key";
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

poller::support::SmtpServer& canary_smtp() {
  static poller::support::SmtpServer server({oauth().introspection_url(), {{"smtp-user", kSmtpPassword}}});
  return server;
}

HomeOptions secretive(const std::string& user, const std::string& with_password) {
  HomeOptions options = options_for(user);
  options.discovery = oauth().discovery() + "\n      client_secret: {file: secret}";
  const std::string smtp = fmt::format("host: localhost, port: {}, tls: starttls, ca_file: {}",
                                       canary_smtp().starttls_port(), canary_smtp().ca_file().string());
  options.mailbox_keys = fmt::format(
      "    queue: support\n    smtp: {{{0}, from: \"Support <{1}>\"}}\n"
      "  - {{name: plain, queue: plain, address: {2}, server: {{host: localhost, port: {3}, ca_file: {4}}}, "
      "auth: password, password: {{file: password}}, smtp: {{{0}, user: smtp-user, password: {{file: smtp-password}}, "
      "from: \"Plain <{2}>\"}}}}\n",
      smtp, user, with_password, dovecot().imaps_port(), dovecot().ca_file().string());
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
  const auto metrics = poller::support::free_port();
  HomeOptions options = secretive(user, plain);
  options.more = fmt::format(
      "queues:\n  - {{name: support, number: \"T-{{id}}\"}}\n  - {{name: plain, number: \"T-{{id}}\"}}\n"
      "http: {{listen: 127.0.0.1:{}}}\n",
      metrics);
  Home home(options);
  std::string yaml = poller::support::read_text(home.path() / "poller.yaml");
  yaml.replace(yaml.find("client_id: poller\n"), 18, "client_id: poller-web\n");
  poller::support::write_text(home.path() / "poller.yaml", yaml);
  write_secret(home.path() / "vault.key", std::string(kVaultKey) + "\n");
  write_secret(home.path() / "secret", std::string(kClientSecret) + "\n");
  write_secret(home.path() / "password", std::string(kPassword) + "\n");
  write_secret(home.path() / "smtp-password", std::string(kSmtpPassword) + "\n");
  const auto minted = oauth().mint(user, "poller-web");
  Canaries canaries;
  canaries.add("vault key", kVaultKey);
  canaries.add("client secret", kClientSecret);
  canaries.add("password", kPassword);
  canaries.add("SMTP password", kSmtpPassword);
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
  // A reply to each mailbox's tickets: SMTP with the token, and with its own password.
  poller::support::write_text(home.path() / "reply.txt", "We are on it.\n");
  for (const char* ticket : {"1", "2", "3", "4"}) run({"reply", ticket, "--text-file", "reply.txt"}, 0);
  run({"--once"}, 0);
  CHECK(canary_smtp().mails().size() == 4);
  CHECK_MESSAGE(home.count("SELECT count(*) FROM message_v1 WHERE direction = 'in'") == 4, said.substr(0, 4000));
  // An endpoint that repeats what it was sent, a wrong secret, a dead grant.
  oauth().set_fault(fmt::format(
      R"({{"count": 1, "status": 400, "body": "{{\"error\": \"invalid_client\", \"error_description\": \"{} is bad\"}}"}})",
      kClientSecret));
  run({"--once"}, 78);
  oauth().set_fault("null");
  run({"--once"}, 78);  // the app's refusal is remembered, until a person asks
  run({"check", "--online", "support"}, 0);
  {
    Daemon daemon(home, {}, "run.log");
    CHECK(eventually([&] { return daemon.says("poller is running"); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    said += proc(daemon.pid(), "cmdline");
    said += poller::support::http_request(metrics, "GET", "/metrics", "").body;
    said += poller::support::http_request(metrics, "GET", "/healthz/ready", "").body;
    CHECK(holds(said, "poller_token_expiry_timestamp_seconds{mailbox=\"support\"}"));
    CHECK(holds(proc(daemon.pid(), "limits"), "Max core file size        0                    0"));
    struct stat st {};
    // A process that is not dumpable belongs to root in /proc: neither a core nor a debugger of the same user gets it.
    if (::getuid() != 0) CHECK((::stat(fmt::format("/proc/{}/mem", daemon.pid()).c_str(), &st) == 0 && st.st_uid == 0));
    daemon.signal(SIGABRT);  // if that leaves a core, it is searched with the other files
    CHECK(eventually([&] { return !daemon.running(); }));
  }
  oauth().revoke(user);
  run({"--once"}, 77);
  dovecot().stop();
  dovecot().start();
  write_secret(home.path() / "password", std::string(kPassword) + "-wrong\n");
  run({"--once"}, 77);
  run({"logout", "support"}, 0);
  run({"status"}, 0);
  run({"outbox"}, 0);
  CHECK(holds(said, "imap >"));  // the trace was on
  const auto tokens = oauth().issued(user);
  CHECK(tokens.size() >= 6);
  canaries.add_all("token", tokens);
  canaries.search("standard output and error", said);
  canaries.search_files(home.path());
}

TEST_CASE("the certificate's key, and what it signs, are nowhere either") {
  const poller::support::TempDir keys("canary");
  const auto made = poller::support::self_signed_rsa(keys.path(), "app");
  poller::support::OAuthOptions provider;
  provider.clients_json = fmt::format(R"([{{"client_id": "poller-cert", "certificate": "{}"}}])", made.cert.string());
  poller::support::OAuthServer server(provider);
  const auto user = new_user();
  HomeOptions options = options_for(user);
  options.discovery = server.discovery() +
                      fmt::format("\n      certificate: {{cert: {}, key: {}}}", made.cert.string(), made.key.string());
  Home home(options);
  std::string yaml = poller::support::read_text(home.path() / "poller.yaml");
  yaml.replace(yaml.find("client_id: poller\n"), 18, "client_id: poller-cert\n");
  poller::support::write_text(home.path() / "poller.yaml", yaml);
  write_secret(home.path() / "token", server.mint(user, "poller-cert").refresh_token);
  std::string said;
  const auto run = [&](poller::support::Arguments arguments, int code) {
    arguments.insert(arguments.begin(), {"--log-level", "trace"});
    const auto result = home.run(arguments);
    CHECK_MESSAGE(result.exit_code == code, arguments[2], ": ", result.err);
    said += result.out + result.err;
  };
  run({"login", "support", "--refresh-token-file", "token"}, 0);
  std::filesystem::remove(home.path() / "token");
  run({"check", "--print"}, 0);
  run({"check", "--online"}, 77);  // that Dovecot asks another OAuth server
  run({"--once"}, 77);
  run({"status", "--json"}, 0);
  // Another key than the one that the provider knows.
  fs::copy_file(poller::support::self_signed_rsa(keys.path(), "other").key, made.key,
                fs::copy_options::overwrite_existing);
  run({"--once"}, 78);
  Canaries canaries;
  canaries.add_all("token", server.issued(user));
  CHECK(canaries.size() > 10);
  for (const char* name : {"app.key", "other.key"}) {
    std::istringstream pem(poller::support::read_text(keys.path() / name));
    for (std::string line; std::getline(pem, line);)
      if (line.size() == 64) canaries.add("certificate's key", line);
  }
  canaries.add("assertion", poller::text::base64(R"({"alg":"PS256")").substr(0, 16));
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
