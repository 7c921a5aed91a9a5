// The end of every way to sign in: a grant becomes the account's entry in the vault.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "oauth/account.h"
#include "oauth/token_answer.h"
#include "oauth/token_source.h"
#include "oauth/vault.h"

namespace poller::oauth {

/// What a sign-in came to, for a person.
struct SignedIn {
  Account account;                    // its mailboxes are all signed in now
  std::vector<std::string> granted;   // scopes
  std::vector<std::string> notices;   // sentences: a scope that is missing, another user than expected, …
  bool tried = true;                  // false: an imported token that could not be tried yet
  std::string user;                   // who signed in by the provider's word; empty: it said nothing
  std::vector<std::string> in_short;  // the notices without what to do about them
};

/// Replaces the account's entry. Throws Error(sign_in) when the grant has no refresh token, Error(storage).
SignedIn keep_grant(const Vault& vault, const Account& account, const Grant& grant, ClientKind kind,
                    const std::string& flow, UnixTime now);

/// Takes a refresh token that exists already and tries it. Refused, it is not kept and what was there before is put
/// back; likewise where the provider cannot be reached and there was something before. Where there was nothing, it is
/// then kept untried. Throws as TokenSource::access_token() does.
SignedIn import_refresh_token(const config::Config& config, const std::string& mailbox, const Secret& refresh_token,
                              TokenSourceOptions options = {});

/// The same from a file, whose white space around the token is no part of it. A file that others can read is refused.
SignedIn import_refresh_token_file(const config::Config& config, const std::string& mailbox,
                                   const std::filesystem::path& file, TokenSourceOptions options = {});

/// Forgets the grant of the mailbox's account and returns the names of the mailboxes that are signed out by that.
/// Throws Error(usage) when there are others than `mailbox` and not `all_mailboxes`. Needs no key. Nothing to forget is
/// no error: the list is empty.
std::vector<std::string> sign_out(const config::Config& config, const std::string& mailbox, bool all_mailboxes);

}  // namespace poller::oauth
