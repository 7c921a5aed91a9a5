// The soak's help desk: four mailboxes on a Dovecot of its own, one installation of poller, and the count
// of what was delivered.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "../support/dovecot.h"
#include "../support/process.h"
#include "../support/temp_dir.h"

namespace poller::soak {

/// What a look at the storage and the servers found. The soak passes where all but the first two are 0.
struct Findings {
  long delivered = 0;    // mails
  long messages = 0;     // of them
  long lost = 0;         // mails without a message of the same bytes
  long doubled = 0;      // messages more than mails
  long quarantined = 0;  // open rows
  long torn = 0;         // replies that are in another ticket than what they answer
  long unsettled = 0;    // mails that are on the server otherwise than `after` says
  [[nodiscard]] bool good() const { return lost + doubled + quarantined + torn + unsettled == 0; }
  [[nodiscard]] bool complete() const { return lost == 0 && unsettled == 0; }
};

class Desk {
 public:
  Desk();

  /// The next `count` mails; one in 50 goes to two mailboxes, one in 40 is large.
  void deliver(long count);
  [[nodiscard]] long delivered() const { return delivered_; }
  [[nodiscard]] Findings look() const;
  /// Runs the program here, to its end.
  [[nodiscard]] support::RunResult run(const support::Arguments& arguments) const;
  [[nodiscard]] const std::filesystem::path& home() const { return home_.path(); }

 private:
  struct Box {
    std::string name;
    std::string protocol;
    std::string after;  // as in poller.yaml
  };
  static const std::vector<Box>& boxes();
  void write_configuration() const;
  [[nodiscard]] std::string user_of(const Box& box) const { return box.name + "@example.test"; }
  [[nodiscard]] long unsettled() const;

  support::Dovecot dovecot_;
  support::TempDir home_{"soak"};
  long delivered_ = 0;
  std::map<std::string, int> hashes_;  // SHA-256 of what was delivered: number
};

/// The program that is tried: $POLLER_PROGRAM, or the one of this build.
std::string program();

}  // namespace poller::soak
