// An account: who signs in, with which app, at which provider. Mailboxes of one account share one grant.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "config/config.h"

namespace poller::oauth {

/// What a grant belongs to. A delegate with ten shared mailboxes is one account.
struct AccountId {
  std::string provider;   // the token endpoint's URL; with `discovery`, that document's URL (it can be told offline)
  std::string client_id;  // as configured
  std::string user;       // who signs in, ASCII letters in lower case

  auto operator<=>(const AccountId&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 is wrong here

  /// The name of its entry in the vault: the user for a person to recognise, and a hash of all three.
  [[nodiscard]] std::string file_name() const;
};

/// How the app proves itself. It belongs to the way a grant was obtained: Entra refuses a secret on a token that a
/// public client obtained (AADSTS700025), and wants one on the others (AADSTS7000218).
enum class ClientKind { public_client, secret, certificate };
const char* to_string(ClientKind kind) noexcept;

/// An account and the mailboxes of the configuration that use it.
struct Account {
  AccountId id;
  config::OAuth settings;  // of its first mailbox; secret and certificate from whichever has one
  config::Preset preset = config::Preset::none;
  std::vector<std::string> mailboxes;  // names, in the order of the configuration
  std::vector<std::string> scopes;     // the union of what its mailboxes ask for, in that order

  [[nodiscard]] ClientKind configured_kind() const;
};

AccountId account_id(const config::Mailbox& mailbox);

/// Every account of the configuration's mailboxes with `auth: oauth`, in the order of their first mailbox.
std::vector<Account> accounts_of(const config::Config& config);

/// The account of that mailbox. Throws Error(usage) when there is no such mailbox, Error(configuration) when it does
/// not use OAuth.
Account account_of(const config::Config& config, const std::string& mailbox);

}  // namespace poller::oauth
