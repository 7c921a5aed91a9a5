#include "cli/sessions.h"

#include "base/error.h"
#include "config/load.h"
#include "mailbox/open.h"

namespace poller {

Sessions::Sessions(const config::Config& config)
    : config_(config), tokens_(std::make_unique<oauth::TokenSources>(config)) {
  for (const auto& mailbox : config.mailboxes) {
    if (mailbox.auth != config::Auth::password || mailbox.protocol == config::Protocol::directory) continue;
    try {
      passwords_[mailbox.name] = config::resolve_secret(mailbox.password);
    } catch (const Error& error) {
      unreadable_[mailbox.name] = error.what();
    }
  }
}

Sessions::~Sessions() = default;

SessionFactory Sessions::factory(const config::Mailbox& mailbox) {
  return [this, &mailbox](bool refresh_token) {
    if (const auto it = unreadable_.find(mailbox.name); it != unreadable_.end()) {
      throw Error(ErrorKind::configuration, it->second, "Correct the mailbox's `password`.");
    }
    Credentials credentials;
    credentials.access_token = [this, &mailbox, refresh_token] {
      return tokens_->for_mailbox(mailbox.name).access_token(refresh_token);
    };
    credentials.password = [this, &mailbox] { return passwords_.at(mailbox.name); };
    return open_mailbox(mailbox, std::move(credentials), config_.deadlines, config_.proxy);
  };
}

}  // namespace poller
