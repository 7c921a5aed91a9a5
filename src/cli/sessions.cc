#include "cli/sessions.h"

#include "base/error.h"
#include "config/load.h"
#include "mailbox/open.h"

namespace poller {

Sessions::Sessions(const config::Config& config, oauth::TokenSourceOptions options)
    : config_(config), tokens_(std::make_unique<oauth::TokenSources>(config, std::move(options))) {
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
    // Before the server is spoken to: without a token there is nothing to say to it.
    Secret token;
    const bool by_token = mailbox.auth == config::Auth::oauth && mailbox.protocol != config::Protocol::directory;
    if (by_token) token = tokens_->for_mailbox(mailbox.name).access_token(refresh_token);
    credentials.access_token = [token] { return token; };
    credentials.password = [this, &mailbox] { return passwords_.at(mailbox.name); };
    return open_mailbox(mailbox, std::move(credentials), config_.deadlines, config_.proxy);
  };
}

}  // namespace poller
