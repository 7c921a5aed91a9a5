// Access tokens for mailboxes: one source an account, shared by its mailboxes and by IMAP, POP3 and SMTP, whatever the
// thread or the process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "config/config.h"

namespace poller::oauth {

class Http;

/// What the provider granted, for `check` and `login`. Nothing here is secret.
struct GrantFacts {
  std::vector<std::string> asked;    // scopes at the last sign-in
  std::vector<std::string> granted;  // what the provider's last answer named; all of `asked` when it named none
  UnixTime access_token_expires = 0;
  std::string client_kind;  // "public", "secret", "certificate"
  std::string flow;         // "code", "device", "imported"
};

/// One mailbox's way to its account's tokens. Safe to use from any thread.
class TokenSource {
 public:
  virtual ~TokenSource() = default;

  /// A token that the provider says is good for five more minutes (or half of its life, where that is shorter); from
  /// memory, or by one refresh however many ask at once. `force_refresh` says that the one handed out last was refused
  /// or expired early: another is got, unless a sibling mailbox of the account has done so meanwhile.
  ///
  /// Throws Error: sign_in when a person must sign in or grant something; configuration; temporary (throttled, 5xx;
  /// with retry_after() where it is known); unreachable; storage when a rotated token cannot be saved. Each has its
  /// advice.
  virtual Secret access_token(bool force_refresh = false) = 0;

  /// Refreshes although a refusal is remembered (`check --online`, a person waits for the answer).
  virtual Secret access_token_now() = 0;

  /// What is known after a token was had; empty before.
  [[nodiscard]] virtual GrantFacts facts() const = 0;
};

/// Where the token sources meet the world; what is left empty is the real one.
struct TokenSourceOptions {
  std::function<std::unique_ptr<Http>(const config::OAuth&)> http;
  const Clock* clock = nullptr;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::chrono::milliseconds deadline{60'000};  // of one refresh, its retries included
  /// After each refresh, for metrics: the account's mailboxes and "ok", "sign-in", "configuration", "temporary",
  /// "throttled", "unreachable" or "storage".
  std::function<void(const std::vector<std::string>& mailboxes, std::string_view result)> refreshed;
  /// A sign-in calls it once: the secrets have been read, and no file of the vault has been opened or made yet.
  std::function<void()> secrets_read;
};

/// The token sources of a configuration. Reads the vault's key and the apps' secrets when it is made, so that a process
/// that gives up root afterwards has them; what cannot be read is an error of the mailboxes that need it, when they
/// ask. The configuration must outlive it.
class TokenSources {
 public:
  explicit TokenSources(const config::Config& config, TokenSourceOptions options = {});
  ~TokenSources();
  TokenSources(const TokenSources&) = delete;
  TokenSources& operator=(const TokenSources&) = delete;

  /// Throws Error(usage) for an unknown mailbox, Error(configuration) for one without OAuth.
  TokenSource& for_mailbox(const std::string& name);

  /// Refreshes every grant that has rested for a week, so that no mailbox dies of a holiday. Call it once an hour or
  /// so. Failures are logged, not thrown.
  void keep_alive();

 private:
  struct Private;
  std::unique_ptr<Private> private_;
};

}  // namespace poller::oauth
