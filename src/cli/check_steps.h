// The test connection of `poller check --online`: every step towards one mailbox, with its result.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/exit_code.h"
#include "base/secret.h"
#include "config/config.h"
#include "mailbox/mailbox.h"
#include "oauth/token_source.h"

namespace poller::cli {

/// One step. A step that does not apply (no OAuth, no SMTP) or was not reached is not there at all.
struct CheckStep {
  std::string
      step;  // "token", "scopes", "connect", "tls", "sign-in", "folder", "smtp-connect", "smtp-tls", "smtp-sign-in"
  bool ok = true;
  double seconds = 0;
  std::string detail;
  std::string advice;  // what to do where it failed; also on a good step, where something will go wrong soon
};

struct MailboxCheck {
  std::vector<CheckStep> steps;
  ExitCode code = ExitCode::ok;  // the worst of its steps
};

class OnlineCheck {
 public:
  /// Reads the secrets it will need. The configuration must outlive it.
  explicit OnlineCheck(const config::Config& config);

  /// Tries everything that can be tried: a token that is refused does not hide a server that cannot be reached. Changes
  /// no mail and no flag.
  MailboxCheck run(const config::Mailbox& mailbox);

 private:
  class Steps;
  struct Password {
    Secret value;
    std::optional<Error> failure;  // why it cannot be read
  };
  void read_password(const config::SecretRef& ref);
  [[nodiscard]] const Secret& password(const config::SecretRef& ref) const;
  void token(const config::Mailbox& mailbox, Steps& steps);
  [[nodiscard]] Secret token_again(const config::Mailbox& mailbox, bool& refused);
  void read_mail(const config::Mailbox& mailbox, Steps& steps);
  static void read_folder(const config::Mailbox& mailbox, Mailbox& session, Steps& steps);
  void send_mail(const config::Mailbox& mailbox, Steps& steps);

  const config::Config& config_;
  oauth::TokenSources tokens_;
  std::map<const config::SecretRef*, Password> passwords_;
  std::set<std::string> asked_;  // mailboxes whose account has been asked for a token by this check
};

}  // namespace poller::cli
