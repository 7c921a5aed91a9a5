// The engine behind a token source: one an account, whoever asks.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/secret.h"
#include "oauth/account.h"
#include "oauth/client_proof.h"
#include "oauth/endpoints.h"
#include "oauth/token_request.h"
#include "oauth/token_source.h"
#include "oauth/vault.h"

namespace poller::oauth {

/// What the engines of one process share.
struct TokenWorld {
  std::unique_ptr<Vault> vault;        // null when it could not be opened
  std::optional<Error> vault_failure;  // then why
  TokenSourceOptions options;          // complete: nothing left empty but `refreshed`
};

/// The options with what was left empty filled in. The configuration must outlive them.
TokenSourceOptions completed(TokenSourceOptions options, const config::Config& config);

/// Whose wish it is.
enum class Urgency {
  usual,      // what is in memory will do, and what is remembered of failures counts
  insistent,  // a person waits: ask the provider whatever was refused, unless it told us to wait
};

class AccountTokens {
 public:
  AccountTokens(Account account, const TokenWorld& world);
  AccountTokens(const AccountTokens&) = delete;
  AccountTokens& operator=(const AccountTokens&) = delete;

  /// A token other than `refused` (which may be empty). One refresh at a time; who waited for one that failed gets its
  /// error instead of a try of their own. Advice has "{login}" in it.
  Secret get(const Secret& refused, Urgency urgency);

  [[nodiscard]] GrantFacts facts() const;
  [[nodiscard]] const Account& account() const noexcept { return account_; }

  /// Refreshes when the grant has rested for a week. Throws as get() does.
  void keep_alive();

 private:
  struct Current {
    Secret token;
    UnixTime refresh_at = 0;
    UnixTime expires = 0;
  };
  struct Failure {
    Error error;
    UnixTime next_try = 0;  // before it, nobody is asked again
  };

  [[nodiscard]] bool usable(const Secret& refused, UnixTime at_least_until) const;
  [[nodiscard]] const Vault& vault() const;
  [[nodiscard]] Secret current_token() const;
  void refresh(Urgency urgency);
  void remember_failure(const Error& error);
  VaultEntry entry_to_refresh(const Vault& vault, Urgency urgency);
  Form refresh_form(const VaultEntry& entry, const std::string& endpoint) const;
  TokenAnswer ask(const VaultEntry& entry);
  void take(const Vault& vault, VaultEntry& entry, Grant&& grant);
  void respect_refusal(const VaultEntry& entry);
  Error remember_refusal(const Vault& vault, VaultEntry& entry, const Refusal& refusal, bool interrupted);
  void report(std::string_view result) const;

  const Account account_;
  const TokenWorld& world_;
  ClientProof proof_;
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> attempts_{0};
  Current current_;
  std::optional<Failure> failure_;
  std::optional<Endpoints> endpoints_;
  UnixTime endpoints_found_ = 0;
  std::optional<VaultEntry> unsaved_;  // a rotated token that could not be written yet
  GrantFacts facts_;
  bool asked_ = false;       // whether the attempt under way reached the provider
  bool remembered_ = false;  // whether the vault keeps the refusal that ended it
};

}  // namespace poller::oauth
