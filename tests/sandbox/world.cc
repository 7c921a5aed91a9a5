// The servers of scripts/sandbox, as the tests have them: an OAuth provider, Dovecot with a shared mailbox, and an SMTP
// server that keeps what it gets. Runs until SIGTERM.
//
//   sandbox_world FOLDER
//
// Writes FOLDER/poller.yaml and FOLDER/world (NAME=VALUE lines for the script), then prints "ready". A mail put into
// FOLDER/drop as NAME.eml is delivered to the mailbox and taken away.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>

#include "../support/dovecot.h"
#include "../support/oauth_server.h"
#include "../support/smtp_server.h"
#include "../support/temp_dir.h"

namespace fs = std::filesystem;
using namespace poller::support;  // NOLINT(google-build-using-namespace): its pieces put together

namespace {

constexpr const char* kMailbox = "support@contoso.test";
constexpr const char* kDelegate = "helpdesk@contoso.test";  // who signs in, as with a shared mailbox of Microsoft 365

constexpr const char* kAcknowledgement =
    "Dear {{requester_name}},\n\n"
    "thank you for your mail. Your request has the number {{number}}; please keep it in the subject.\n\n"
    "Contoso Support\n";

std::string configuration(const OAuthServer& oauth, const Dovecot& dovecot, const SmtpServer& smtp) {
  return fmt::format(
      R"(# The sandbox: one shared mailbox whose servers all run on this machine. scripts/sandbox wrote it.
version: 1
storage: sqlite:poller.db
vault: {{path: tokens, key: {{file: vault-key}}}}

mailboxes:
  - name: support
    address: {0}
    server: {{host: localhost, port: {1}, ca_file: dovecot-ca.crt}}
    oauth:
      discovery: {2}
      client_id: poller
      user: {3}                 # the delegate who signs in
      scopes:
        - https://outlook.office.com/IMAP.AccessAsUser.All
        - https://outlook.office.com/SMTP.Send
        - offline_access
    poll_every: 10s
    after: seen
    queue: support
    smtp: {{host: localhost, port: {4}, tls: starttls, ca_file: smtp-ca.crt, user: {3}, from: "Contoso Support <{0}>"}}

answers:
  new_ticket: {{text: new-ticket.txt}}

queues:
  - {{name: support, number: "T-{{id}}"}}
)",
      kMailbox, dovecot.imaps_port(), oauth.discovery(), kDelegate, smtp.starttls_port());
}

void write_files(const fs::path& folder, const OAuthServer& oauth, const Dovecot& dovecot, const SmtpServer& smtp) {
  fs::create_directories(folder / "drop");
  write_text(folder / "vault-key", "any text will do for a sandbox\n");
  fs::permissions(folder / "vault-key", fs::perms(0600));
  write_text(folder / "new-ticket.txt", kAcknowledgement);
  fs::copy_file(dovecot.ca_file(), folder / "dovecot-ca.crt", fs::copy_options::overwrite_existing);
  fs::copy_file(smtp.ca_file(), folder / "smtp-ca.crt", fs::copy_options::overwrite_existing);
  write_text(folder / "poller.yaml", configuration(oauth, dovecot, smtp));
  write_text(folder / "world.part", fmt::format("world_pid={}\nmailbox={}\ndelegate={}\nsent={}\n", ::getpid(),
                                                kMailbox, kDelegate, smtp.folder().string()));
  fs::rename(folder / "world.part", folder / "world");
}

void deliver_dropped(const fs::path& drop, Dovecot& dovecot) {
  for (const auto& entry : fs::directory_iterator(drop)) {
    if (entry.path().extension() != ".eml") continue;
    dovecot.deliver(kMailbox, read_text(entry.path()));
    fs::remove(entry.path());
  }
}

int serve(const fs::path& folder) {
  sigset_t ends;
  sigemptyset(&ends);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&ends, signal);
  OAuthServer oauth;
  DovecotOptions options;
  options.introspection_url = oauth.introspection_url();
  options.shared_mailboxes = true;
  Dovecot dovecot(options);
  const SmtpServer smtp({oauth.introspection_url(), {}});
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // after the servers were started: they shall hear of it
  write_files(folder, oauth, dovecot, smtp);
  std::printf("ready\n");
  std::fflush(stdout);
  for (;;) {
    const timespec tick{0, 100'000'000};
    if (::sigtimedwait(&ends, nullptr, &tick) > 0) return 0;
    deliver_dropped(folder / "drop", dovecot);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: sandbox_world FOLDER\n");
    return 64;
  }
  try {
    return serve(fs::absolute(argv[1]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 70;
  }
}
