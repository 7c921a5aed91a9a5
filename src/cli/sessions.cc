#include "cli/sessions.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
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
  read_smtp_passwords();
}

Sessions::~Sessions() = default;

void Sessions::read_smtp_passwords() {
  for (const auto& mailbox : config_.mailboxes) {
    if (!mailbox.smtp || !mailbox.smtp->password || config::sends_by_oauth(mailbox)) continue;
    try {
      smtp_passwords_[mailbox.name] = config::resolve_secret(mailbox.smtp->password);
    } catch (const Error& error) {
      smtp_unreadable_[mailbox.name] = error.what();
    }
  }
}

std::unique_ptr<outbound::Sender> Sessions::sender(const config::Mailbox& mailbox) {
  outbound::SmtpCredentials credentials;
  credentials.access_token = [this, &mailbox](bool refresh) {
    return tokens_->for_mailbox(mailbox.name).access_token(refresh);
  };
  credentials.password = [this, &mailbox] {
    if (const auto it = smtp_unreadable_.find(mailbox.name); it != smtp_unreadable_.end()) {
      throw Error(ErrorKind::configuration, it->second, "Correct the mailbox's `smtp.password`.");
    }
    return smtp_passwords_.at(mailbox.name);
  };
  return outbound::make_smtp_sender(mailbox, std::move(credentials), config_.deadlines, config_.proxy);
}

class Sessions::SentFolders final : public outbound::SentLookup {
 public:
  SentFolders(Sessions& sessions, const config::Mailbox& mailbox) : sessions_(sessions), mailbox_(mailbox) {}

  std::vector<std::string> find(const std::vector<std::string>& message_ids, UnixTime since) override {
    const std::string own = mailbox_.user.empty() ? mailbox_.address : mailbox_.user;
    std::vector<std::string> users{own};
    if (config::sends_by_oauth(mailbox_) && !text::iequals(mailbox_.smtp->user, own)) {
      users.insert(users.begin(), mailbox_.smtp->user);
    }
    std::vector<std::string> found;
    std::exception_ptr failure;
    bool read = false;
    for (const auto& user : users) {
      try {
        const auto more = find_in_sent_folder(mailbox_, user, sessions_.credentials(mailbox_, false),
                                              sessions_.config_.deadlines, sessions_.config_.proxy, message_ids, since);
        found.insert(found.end(), more.begin(), more.end());
        read = true;
      } catch (const Error&) {
        failure = std::current_exception();
      }
    }
    if (!read && failure) std::rethrow_exception(failure);
    return found;
  }

 private:
  Sessions& sessions_;
  const config::Mailbox& mailbox_;
};

std::unique_ptr<outbound::SentLookup> Sessions::sent_lookup(const config::Mailbox& mailbox) {
  return std::make_unique<SentFolders>(*this, mailbox);
}

SessionFactory Sessions::factory(const config::Mailbox& mailbox) {
  return [this, &mailbox](bool refresh_token) {
    if (const auto it = unreadable_.find(mailbox.name); it != unreadable_.end()) {
      throw Error(ErrorKind::configuration, it->second, "Correct the mailbox's `password`.");
    }
    return open_mailbox(mailbox, credentials(mailbox, refresh_token), config_.deadlines, config_.proxy);
  };
}

Credentials Sessions::credentials(const config::Mailbox& mailbox, bool refresh_token) {
  Credentials credentials;
  // Before the server is spoken to: without a token there is nothing to say to it.
  Secret token;
  const bool by_token = mailbox.auth == config::Auth::oauth && mailbox.protocol != config::Protocol::directory;
  if (by_token) token = tokens_->for_mailbox(mailbox.name).access_token(refresh_token);
  credentials.access_token = [token] { return token; };
  credentials.password = [this, &mailbox] { return passwords_.at(mailbox.name); };
  return credentials;
}

}  // namespace poller
