#include "runs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "../support/temp_dir.h"
#include "load_mails.h"

namespace fs = std::filesystem;

namespace poller::bench {
namespace {

constexpr std::chrono::minutes kLimit{30};
constexpr std::chrono::seconds kDaemonStart{3}, kDaemonRuns{30};

void make_private(const fs::path& file) { fs::permissions(file, fs::perms(0600)); }

int stored_mails(const std::string& output) {
  std::istringstream in(output);
  int stored = -1;
  for (std::string line; std::getline(in, line);) {
    if (line.find("\"summary\"") != std::string::npos) stored = nlohmann::json::parse(line).at("summary").at("stored");
  }
  return stored;
}

void expect_stored(const std::string& output, int expected) {
  const int stored = stored_mails(output);
  if (stored != expected) throw std::runtime_error(fmt::format("{} mails stored, not {}", stored, expected));
}

// Of a running process: utime and stime of proc_pid_stat(5), the fields after its name in brackets.
double cpu_seconds_of(pid_t pid) {
  const std::string stat = support::read_text(fmt::format("/proc/{}/stat", pid));
  std::istringstream in(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) in >> skipped;
  double user = 0, system = 0;
  in >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// Of all processes since the machine started: user, nice, system, irq and softirq of proc_stat(5).
double machine_cpu_seconds() {
  std::istringstream in(support::read_text("/proc/stat"));
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
  in >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq;
  return (user + nice + system + irq + softirq) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

int sign_ins(const std::string& log) {
  int found = 0;
  for (auto at = log.find("Login: "); at != std::string::npos; at = log.find("Login: ", at + 1)) ++found;
  return found;
}

}  // namespace

Runs::Runs(fs::path folder) : folder_(std::move(folder)) { dovecot_.set_password(kUser, kPassword); }

Load Runs::deliver(int count, const std::string& user) {
  dovecot_.set_password(user, kPassword);
  Load load;
  for (int i = 0; i < count; ++i) {
    const std::string mail = load_mail(i);
    dovecot_.deliver(user, mail, "INBOX", "", 1'740'787'200 + i * 37);
    ++load.mails;
    load.megabytes += static_cast<double>(mail.size()) / 1e6;
  }
  if (count > 0) fetch_only(user);
  return load;
}

void Runs::deliver_one(const std::string& user, const std::string& mail) {
  dovecot_.set_password(user, kPassword);
  dovecot_.deliver(user, mail);
}

Measured Runs::run(const support::Arguments& arguments, const fs::path& home, std::string* output) {
  support::RunOptions options;
  options.folder = home;
  options.limit = kLimit;
  options.own_memory = true;
  options.environment = {{"HOME", home.string()}};
  const double before = machine_cpu_seconds();
  const auto result = support::run_program(arguments, options);
  const double machine = machine_cpu_seconds() - before;
  if (result.exit_code != 0) {
    throw std::runtime_error(fmt::format("{} ended with {}: {}", arguments.front(), result.exit_code, result.err));
  }
  if (output != nullptr) *output = result.out + result.err;
  return {result.seconds, result.cpu_seconds, machine, static_cast<double>(result.peak_rss_kb) / 1024};
}

fs::path Runs::new_home(const std::string& user, const std::string& after) {
  const fs::path home = folder_ / fmt::format("home{}", ++homes_);
  support::write_text(home / "password", std::string(kPassword) + "\n");
  make_private(home / "password");
  support::write_text(home / "poller.yaml",
                      fmt::format("version: 1\nstorage: sqlite:var/poller.db\nmailboxes:\n  - name: support\n"
                                  "    address: {}\n    server: {{host: localhost, port: {}, ca_file: {}}}\n"
                                  "    auth: password\n    password: {{file: password}}\n    after: {}\n",
                                  user, port(), dovecot_.ca_file().string(), after));
  return home;
}

void Runs::move_away(std::chrono::milliseconds round_trip) {
  link_ = std::make_unique<support::SlowLink>(dovecot_.imaps_port(), round_trip / 2);
}

Measured Runs::fetch_only(const std::string& user, bool one_by_one) {
  support::Arguments arguments{BENCH_FETCH_BINARY, std::to_string(port()), dovecot_.ca_file().string(), user,
                               kPassword};
  if (one_by_one) arguments.emplace_back("one");
  return run(arguments, folder_);
}

Measured Runs::mbsync(bool fsync, const std::string& user) {
  const fs::path home = folder_ / fmt::format("mbsync{}", ++homes_);
  fs::create_directories(home / "mail");
  support::write_text(
      home / "mbsyncrc",
      fmt::format("{}IMAPStore far\nHost localhost\nPort {}\nUser {}\nPass {}\nSSLType IMAPS\nCertificateFile {}\n"
                  "AuthMechs PLAIN\n\nMaildirStore near\nPath {}/mail/\nInbox {}/mail/INBOX\nSubFolders Verbatim\n\n"
                  "Channel bench\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull\nCreate Near\nSyncState *\n",
                  fsync ? "" : "FSync no\n\n", port(), user, kPassword, dovecot_.ca_file().string(), home.string(),
                  home.string()));
  const auto measured = run({"mbsync", "-q", "-c", (home / "mbsyncrc").string(), "bench"}, home);
  fs::remove_all(home);
  return measured;
}

Measured Runs::poller_once(const std::string& user, int expected, const std::string& after) {
  const fs::path home = new_home(user, after);
  std::string output;
  const auto measured = run({POLLER_BINARY, "--once", "--json", "--log-level", "warning"}, home, &output);
  expect_stored(output, expected);
  fs::remove_all(home);
  return measured;
}

Measured Runs::poller_replay(int expected) {
  const fs::path home = new_home(kUser, "keep");
  const auto box = dovecot_.mails(kUser).front().file.parent_path().parent_path();  // the Maildir
  std::string output;
  const auto measured = run({POLLER_BINARY, "replay", "--json", "--log-level", "warning", box.string()}, home, &output);
  expect_stored(output, expected);
  fs::remove_all(home);
  return measured;
}

Measured Runs::poller_empty() {
  const std::string user = "empty@contoso.example";
  if (!fs::exists(folder_ / "empty")) {
    dovecot_.set_password(user, kPassword);
    fs::rename(new_home(user, "seen"), folder_ / "empty");
    run({POLLER_BINARY, "--once"}, folder_ / "empty");
  }
  return run({POLLER_BINARY, "--once", "--log-level", "warning"}, folder_ / "empty");
}

int Runs::empty_round_trips() {
  std::string output;
  run({POLLER_BINARY, "--once", "--log-level", "trace"}, folder_ / "empty", &output);
  // The trace of the session: each change from what we said to what the server says is a round trip.
  int trips = 0;
  bool asked = true;  // the greeting and libcurl's own CAPABILITY come with the connection
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) {
    if (line.find("imap >") != std::string::npos) asked = true;
    if (line.find("imap <") != std::string::npos && std::exchange(asked, false)) ++trips;
  }
  return trips;
}

double Runs::daemon_pass() {
  (void)poller_empty();  // the user is there, and the mailbox was read
  const fs::path home = new_home("empty@contoso.example", "seen\n    idle: false\n    poll_every: 1s");
  support::ProcessOptions options;
  options.folder = home;
  const support::Child daemon({POLLER_BINARY, "run"}, home / "daemon.log", options);
  std::this_thread::sleep_for(kDaemonStart);
  const double cpu_before = cpu_seconds_of(daemon.pid());
  const int passes_before = sign_ins(dovecot_.log());
  std::this_thread::sleep_for(kDaemonRuns);
  const double cpu = cpu_seconds_of(daemon.pid()) - cpu_before;
  const int passes = sign_ins(dovecot_.log()) - passes_before;
  if (passes < kDaemonRuns.count() / 2) throw std::runtime_error("the daemon made no passes");
  return cpu / passes;
}

Measured Runs::poller_help() { return run({POLLER_BINARY, "--help"}, folder_); }

}  // namespace poller::bench
