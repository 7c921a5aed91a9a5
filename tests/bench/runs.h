// One measured program after another, over the same mailbox.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../support/dovecot.h"
#include "../support/process.h"
#include "../support/slow_link.h"

namespace poller::bench {

constexpr const char* kUser = "bench@contoso.example";
constexpr const char* kPassword = "benchpw";

struct Load {
  int mails = 0;
  double megabytes = 0;  // 1,000,000 bytes each
};

/// What one run of one program took.
struct Measured {
  double seconds = 0;
  double cpu_seconds = 0;
  double machine_cpu_seconds = 0;  // of all processes meanwhile: the program, Dovecot, and what else runs
  double peak_megabytes = 0;
};

/// The mailboxes of one Dovecot, and the programs that read them. Everything lies in one folder, so on one disk.
class Runs {
 public:
  explicit Runs(std::filesystem::path folder);

  /// Puts `count` mails of load_mails.h into the user's INBOX, and reads them once, so that Dovecot's index and the
  /// page cache are the same for all that follow.
  Load deliver(int count, const std::string& user = kUser);
  void deliver_one(const std::string& user, const std::string& mail);

  /// From now on the programs reach Dovecot over a link of that round trip.
  void move_away(std::chrono::milliseconds round_trip);

  /// Poller's IMAP engine alone, the bytes thrown away; `one_by_one`: a mail a command, one after the other.
  Measured fetch_only(const std::string& user = kUser, bool one_by_one = false);
  Measured mbsync(bool fsync, const std::string& user = kUser);
  /// Other programs (peers.cc), each over the user's INBOX. Each throws where it did not get every mail.
  Measured getmail(const std::string& user, int expected);    // IMAP to a Maildir
  Measured fetchmail(const std::string& user, int expected);  // IMAP to one file
  Measured mpop(const std::string& user, int expected);       // POP3 to a Maildir
  Measured imapflow(const std::string& user, int expected);   // IMAP, each mail parsed by mailparser and thrown away
  /// `poller --once` into a new SQLite file; `after` as in poller.yaml. Throws where not every mail was stored.
  Measured poller_once(const std::string& user, int expected, const std::string& after);
  /// `poller replay` of the same files.
  Measured poller_replay(int expected);
  /// `poller --once` over an empty mailbox that was read before.
  Measured poller_empty();
  /// Commands that the client sent in such a pass, and how often it waited for answers.
  int empty_round_trips();
  /// CPU seconds of a pass of the daemon over that mailbox: one connection, signed in and out. All that the process
  /// takes in half a minute of passes, one a second and without IDLE, shared among them.
  double daemon_pass();
  /// `poller --help`.
  Measured poller_help();

 private:
  [[nodiscard]] std::uint16_t port() const { return link_ ? link_->port() : dovecot_.imaps_port(); }
  [[nodiscard]] std::filesystem::path new_home(const std::string& user, const std::string& after);
  Measured run(const support::Arguments& arguments, const std::filesystem::path& home, std::string* output = nullptr);

  std::filesystem::path folder_;
  support::Dovecot dovecot_;
  std::unique_ptr<support::SlowLink> link_;
  int homes_ = 0;
};

}  // namespace poller::bench
