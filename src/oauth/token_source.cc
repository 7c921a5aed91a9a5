#include "oauth/token_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/log.h"
#include "config/secrets.h"
#include "oauth/account_tokens.h"
#include "oauth/open_vault.h"
#include "oauth/vault_modes.h"

namespace poller::oauth {

// A mailbox's view of its account: remembers which token it was handed last, so that "that one was refused" means the
// same whatever its siblings did meanwhile.
class MailboxTokens final : public TokenSource {
 public:
  MailboxTokens(std::string mailbox, AccountTokens& account) : mailbox_(std::move(mailbox)), account_(account) {}

  Secret access_token(bool force_refresh) override {
    return hand_out(force_refresh ? last_handed() : Secret(), Urgency::usual);
  }
  Secret access_token_now() override { return hand_out(Secret(), Urgency::insistent); }
  [[nodiscard]] GrantFacts facts() const override { return account_.facts(); }

 private:
  Secret hand_out(const Secret& refused, Urgency urgency) {
    try {
      Secret token = account_.get(refused, urgency);
      const std::lock_guard lock(mutex_);
      last_handed_ = token;
      return token;
    } catch (const Error& error) {
      throw oauth::for_mailbox(error, mailbox_);
    }
  }
  Secret last_handed() {
    const std::lock_guard lock(mutex_);
    return last_handed_;
  }

  const std::string mailbox_;
  AccountTokens& account_;
  std::mutex mutex_;
  Secret last_handed_;
};

TokenSourceOptions completed(TokenSourceOptions options, const config::Config& config) {
  if (!options.http) {
    options.http = [&config](const config::OAuth& settings) {
      return real_http(settings, config.proxy,
                       std::min<std::chrono::milliseconds>(kAnswerTimeout, config.deadlines.command));
    };
  }
  if (options.clock == nullptr) options.clock = &system_clock();
  if (!options.sleep) options.sleep = real_sleep();
  return options;
}

struct TokenSources::Private {
  explicit Private(const config::Config& c) : config(c) {}
  const config::Config& config;
  TokenWorld world;
  std::vector<std::unique_ptr<AccountTokens>> accounts;
  std::map<std::string, std::unique_ptr<MailboxTokens>> mailboxes;
};

TokenSources::TokenSources(const config::Config& config, TokenSourceOptions options)
    : private_(std::make_unique<Private>(config)) {
  private_->world.options = completed(std::move(options), config);
  auto accounts = accounts_of(config);
  if (accounts.empty()) return;
  warn_of_open_vault(config);
  try {
    private_->world.vault = open_vault(config);
  } catch (const Error& error) {
    private_->world.vault_failure = error;
  }
  for (Account& account : accounts) {
    const std::vector<std::string> names = account.mailboxes;
    auto& tokens =
        private_->accounts.emplace_back(std::make_unique<AccountTokens>(std::move(account), private_->world));
    for (const std::string& name : names) {
      private_->mailboxes.emplace(name, std::make_unique<MailboxTokens>(name, *tokens));
    }
  }
}

TokenSources::~TokenSources() = default;

TokenSource& TokenSources::for_mailbox(const std::string& name) {
  const auto found = private_->mailboxes.find(name);
  if (found != private_->mailboxes.end()) return *found->second;
  account_of(private_->config, name);  // throws what is wrong with the name
  throw Error(ErrorKind::ours, fmt::format("mailbox \"{}\" has no token source", name));
}

void TokenSources::keep_alive() {
  for (const auto& tokens : private_->accounts) {
    try {
      tokens->keep_alive();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::configuration) continue;  // each pass says it of its mailbox
      const Error shown = oauth::for_mailbox(error, tokens->account().mailboxes.front());
      log::warning("a resting account's token cannot be refreshed",
                   {{"user", tokens->account().id.user}, {"error", shown.what()}, {"advice", shown.advice()}});
    }
  }
}

}  // namespace poller::oauth
