// Opens sessions on mailboxes: credentials, tokens, protocol.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/secret.h"
#include "config/config.h"
#include "intake/pass.h"
#include "oauth/token_source.h"

namespace poller {

/// Reads every secret it will need when it is made (the process may give up root afterwards). A secret that cannot be
/// read is an error of its mailbox alone, thrown when a session is opened. The configuration must outlive it.
class Sessions {
 public:
  explicit Sessions(const config::Config& config, oauth::TokenSourceOptions options = {});
  ~Sessions();

  SessionFactory factory(const config::Mailbox& mailbox);
  [[nodiscard]] oauth::TokenSources& tokens() { return *tokens_; }

 private:
  const config::Config& config_;
  std::unique_ptr<oauth::TokenSources> tokens_;
  std::map<std::string, Secret> passwords_;
  std::map<std::string, std::string> unreadable_;  // mailbox: why
};

}  // namespace poller
