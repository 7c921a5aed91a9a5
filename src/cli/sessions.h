// Opens sessions on mailboxes: credentials, tokens, protocol.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/secret.h"
#include "config/config.h"
#include "intake/pass.h"
#include "mailbox/open.h"
#include "oauth/token_source.h"
#include "outbound/runner.h"

namespace poller {

/// Reads every secret it will need when it is made (the process may give up root afterwards). A secret that cannot be
/// read is an error of its mailbox alone, thrown when a session is opened. The configuration must outlive it.
class Sessions {
 public:
  explicit Sessions(const config::Config& config, oauth::TokenSourceOptions options = {});
  ~Sessions();

  SessionFactory factory(const config::Mailbox& mailbox);
  /// The mailbox must have `smtp`.
  std::unique_ptr<outbound::Sender> sender(const config::Mailbox& mailbox);
  /// The Sent folder of the account that signs in to SMTP, then the mailbox's own.
  std::unique_ptr<outbound::SentLookup> sent_lookup(const config::Mailbox& mailbox);
  [[nodiscard]] oauth::TokenSources& tokens() { return *tokens_; }

 private:
  class SentFolders;
  void read_smtp_passwords();
  Credentials credentials(const config::Mailbox& mailbox, bool refresh_token);

  const config::Config& config_;
  std::unique_ptr<oauth::TokenSources> tokens_;
  std::map<std::string, Secret> passwords_;
  std::map<std::string, std::string> unreadable_;  // mailbox: why
  std::map<std::string, Secret> smtp_passwords_;
  std::map<std::string, std::string> smtp_unreadable_;
};

}  // namespace poller
