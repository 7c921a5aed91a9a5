// A real Dovecot (IMAP and POP3, TLS) from a folder of the test's own: no root, no systemd, nothing of /etc is read.
#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "process.h"
#include "temp_dir.h"
#include "test_ca.h"

namespace poller::support {

struct DovecotOptions {
  std::string introspection_url;  // OAuthServer::introspection_url(); empty: passwords alone
  bool oauthbearer = false;       // Exchange Online has XOAUTH2 alone
  std::string more;               // further configuration, Dovecot's syntax
  bool shared_mailboxes = false;  // a token opens every mailbox of its user's domain
};

/// One mail as it lies in a mailbox.
struct StoredMail {
  std::filesystem::path file;
  std::string flags;  // Maildir letters, sorted: "S" seen, "T" deleted, "F" flagged, ...
};

class Dovecot {
 public:
  explicit Dovecot(DovecotOptions options = {});
  ~Dovecot();

  [[nodiscard]] std::uint16_t imap_port() const { return ports_[0]; }  // STARTTLS; see the note on 127.0.0.2
  [[nodiscard]] std::uint16_t imaps_port() const { return ports_[1]; }
  [[nodiscard]] std::uint16_t pop3_port() const { return ports_[2]; }
  [[nodiscard]] std::uint16_t pop3s_port() const { return ports_[3]; }
  [[nodiscard]] std::filesystem::path ca_file() const { return ca_.ca_file(); }
  [[nodiscard]] TestCa& ca() { return ca_; }

  /// Who may sign in with a password. Any user exists for OAuth.
  void set_password(const std::string& user, const std::string& password);

  /// Puts a mail (CRLF lines) into a folder, as a delivery does; `flags` as in StoredMail. Works while it runs.
  void deliver(const std::string& user, std::string_view mail, const std::string& folder = "INBOX",
               const std::string& flags = "", std::time_t received = 0);
  [[nodiscard]] std::vector<StoredMail> mails(const std::string& user, const std::string& folder = "INBOX") const;

  /// The mailbox gets another UIDVALIDITY and its mails new UIDs, as when it was recreated. Nobody may be signed in.
  void change_uidvalidity(const std::string& user, const std::string& folder = "INBOX");

  void stop();
  void start();  // again, on the same ports
  /// SIGSTOP to every process of it, or SIGCONT: connections stand, nobody answers.
  void suspend(bool yes) const;
  [[nodiscard]] std::string log() const;
  [[nodiscard]] RunResult doveadm(const Arguments& arguments) const;

 private:
  void write_configuration() const;
  [[nodiscard]] std::filesystem::path maildir(const std::string& user, const std::string& folder) const;
  void own(const std::filesystem::path& path) const;  // gives it to the user who handles mail

  DovecotOptions options_;
  TestCa ca_;
  TempDir dir_{"dovecot"};
  std::uint16_t ports_[4] = {};
  bool root_;
  long delivered_ = 0;
  int passwords_set_ = 0;
  std::unique_ptr<Child> child_;
};

}  // namespace poller::support
