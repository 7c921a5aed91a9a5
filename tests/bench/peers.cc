// Other programs that fetch mail, each doing no more than to download it, and to parse where it is made for that.
#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>

#include "../support/temp_dir.h"
#include "runs.h"

namespace fs = std::filesystem;

namespace poller::bench {
namespace {

int files_in(const fs::path& folder) {
  int found = 0;
  for (const auto& entry : fs::directory_iterator(folder)) found += entry.is_regular_file() ? 1 : 0;
  return found;
}

void expect_mails(const std::string& program, int found, int expected) {
  if (found != expected) throw std::runtime_error(fmt::format("{}: {} mails, not {}", program, found, expected));
}

fs::path new_maildir(const fs::path& folder) {
  for (const char* part : {"cur", "new", "tmp"}) fs::create_directories(folder / part);
  return folder;
}

void write_private(const fs::path& file, const std::string& text) {
  support::write_text(file, text);
  fs::permissions(file, fs::perms(0600));
}

// getmail delivers nothing as root.
support::Arguments as_nobody(support::Arguments arguments, const fs::path& home) {
  constexpr uid_t kNobody = 65534;
  if (::geteuid() != 0) return arguments;
  for (const auto& entry : fs::recursive_directory_iterator(home)) {
    if (::chown(entry.path().c_str(), kNobody, kNobody) != 0)
      throw std::runtime_error("chown: " + entry.path().string());
  }
  if (::chown(home.c_str(), kNobody, kNobody) != 0) throw std::runtime_error("chown: " + home.string());
  arguments.insert(arguments.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  return arguments;
}

}  // namespace

Measured Runs::getmail(const std::string& user, int expected) {
  const fs::path home = folder_ / "getmail";
  const auto maildir = new_maildir(home / "mail");
  write_private(home / "getmailrc",
                fmt::format("[retriever]\ntype = SimpleIMAPSSLRetriever\nserver = localhost\nport = {}\nusername = {}\n"
                            "password = {}\nca_certs = {}\n\n[destination]\ntype = Maildir\npath = {}/\n\n"
                            "[options]\nread_all = true\ndelete = false\nverbose = 0\n",
                            port(), user, kPassword, dovecot_.ca_file().string(), maildir.string()));
  const auto measured = run(as_nobody({"getmail", "--getmaildir", home.string(), "--rcfile", "getmailrc"}, home), home);
  expect_mails("getmail", files_in(maildir / "new"), expected);
  fs::remove_all(home);
  return measured;
}

Measured Runs::fetchmail(const std::string& user, int expected) {
  const fs::path home = folder_ / "fetchmail";
  write_private(home / "fetchmailrc",
                fmt::format("set invisible\npoll localhost protocol IMAP service {} auth password\n  username \"{}\" "
                            "password \"{}\" ssl sslcertck sslcertfile \"{}\" keep fetchall bsmtp \"{}\"\n",
                            port(), user, kPassword, dovecot_.ca_file().string(), (home / "mails").string()));
  const auto measured = run({"fetchmail", "--silent", "--nosyslog", "-f", (home / "fetchmailrc").string()}, home);
  const std::string out = support::read_text(home / "mails");
  int mails = 0;
  for (auto at = out.find("\nMAIL FROM:"); at != std::string::npos; at = out.find("\nMAIL FROM:", at + 1)) ++mails;
  if (out.rfind("MAIL FROM:", 0) == 0) ++mails;
  expect_mails("fetchmail", mails, expected);
  fs::remove_all(home);
  return measured;
}

Measured Runs::mpop(const std::string& user, int expected) {
  const fs::path home = folder_ / "mpop";
  const auto maildir = new_maildir(home / "mail");
  write_private(home / "mpoprc",
                fmt::format("account default\nhost localhost\nport {}\nuser {}\npassword {}\nauth user\ntls on\n"
                            "tls_starttls off\ntls_trust_file {}\nkeep on\nreceived_header off\nuidls_file {}/uidls\n"
                            "delivery maildir {}\n",
                            dovecot_.pop3s_port(), user, kPassword, dovecot_.ca_file().string(), home.string(),
                            maildir.string()));
  const auto measured = run({"mpop", "--quiet", "--file=" + (home / "mpoprc").string()}, home);
  expect_mails("mpop", files_in(maildir / "new"), expected);
  fs::remove_all(home);
  return measured;
}

Measured Runs::imapflow(const std::string& user, int expected) {
  std::string output;
  const auto measured = run({"node", std::string(BENCH_NODE_FOLDER) + "/download.mjs", std::to_string(port()),
                             dovecot_.ca_file().string(), user, kPassword},
                            folder_, &output);
  expect_mails("imapflow", std::atoi(output.c_str()), expected);
  return measured;
}

}  // namespace poller::bench
