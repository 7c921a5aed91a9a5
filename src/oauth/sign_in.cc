#include "oauth/sign_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/safe_file.h"
#include "base/text.h"
#include "oauth/account_tokens.h"
#include "oauth/open_vault.h"
#include "oauth/scopes.h"

namespace poller::oauth {
namespace {

constexpr std::chrono::seconds kLockPatience{60};

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

SignedIn summary(const Account& account, const std::vector<std::string>& asked,
                 const std::vector<std::string>& granted) {
  SignedIn out{account, granted.empty() ? asked : granted, {}, true, {}, {}};
  const auto missing = missing_scopes(asked, granted);
  if (missing.empty()) return out;
  out.notices.push_back(explain_missing(missing));
  out.in_short.push_back(fmt::format("Not granted: {}.", what_fails_without(missing)));
  return out;
}

// Entra's presets ask for no id_token, but its access tokens are mostly readable. There only what has the form of an
// address is one: other providers put mere login names in.
std::vector<std::string> addresses_in(const Secret& access_token) {
  std::vector<std::string> names = names_in_token(access_token.reveal());
  std::erase_if(names, [](const std::string& name) { return name.find('@') == std::string::npos; });
  return names;
}

// The browser may be signed in as somebody else, whose mailbox would be read, or nobody's.
void tell_who_signed_in(SignedIn& out, std::vector<std::string> names, const Secret& access_token) {
  if (names.empty()) names = addresses_in(access_token);
  if (names.empty()) return;
  const std::string& expected = out.account.id.user;
  const auto it =
      std::find_if(names.begin(), names.end(), [&](const std::string& name) { return text::iequals(name, expected); });
  out.user = it == names.end() ? names.front() : *it;
  if (it != names.end()) return;
  out.in_short.push_back(fmt::format("The configuration expects {}.", expected));
  out.notices.push_back(fmt::format(
      "Signed in was {0}, but the configuration expects {1}. If that is another person: sign out in the "
      "browser, or take a private window, and sign in as {1} with `{{login}}`. If {0} is a name of the same "
      "account: set oauth.user: {0} and sign in again.",
      out.user, expected));
}

VaultEntry imported_entry(const Account& account, const Secret& refresh_token, ClientKind kind, UnixTime now) {
  VaultEntry entry;
  entry.account = account.id;
  entry.refresh_token = refresh_token;
  entry.client_kind = kind;
  entry.flow = "imported";
  entry.asked = account.scopes;
  entry.obtained_at = now;
  entry.last_used = now;
  return entry;
}

// Returns what was there before.
std::optional<VaultEntry> write_locked(const Vault& vault, VaultEntry& entry) {
  const EntryLock held = vault.lock(entry.account, kLockPatience);
  auto present = vault.read(entry.account);
  entry.revision = present ? present->revision : 0;  // keeps rising, so that nobody takes it for the entry they knew
  vault.write(entry);
  return present;
}

void put_back(const Vault& vault, const Account& account, std::optional<VaultEntry> before) {
  if (before) {
    write_locked(vault, *before);
  } else {
    Vault::forget(vault.folder(), account.id);
  }
}

bool is_refusal(const Error& error) {
  return error.kind() != ErrorKind::temporary && error.kind() != ErrorKind::unreachable;
}

// Which kind of client obtained a token cannot be seen in it: one from the device flow wants no secret.
SignedIn try_kinds(const Account& account, const std::function<SignedIn(ClientKind)>& attempt) {
  const ClientKind configured = account.configured_kind();
  try {
    return attempt(configured);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::configuration || configured == ClientKind::public_client) throw;
    try {
      return attempt(ClientKind::public_client);
    } catch (const Error&) {
      throw error;
    }
  }
}

// The advice for a stored grant does not fit one that somebody has just brought.
Error import_refused(const Error& error, const Vault& vault, const Account& account, bool another_is_there) {
  const bool of_grant = error.kind() == ErrorKind::sign_in;
  const auto tried = of_grant ? vault.read(account.id) : std::nullopt;
  const bool dead = tried && tried->refusal && tried->refusal->dead;
  std::string advice = error.advice();
  if (dead) {
    advice =
        "The refresh token is no good: check that it is whole, that nobody has used or revoked it, and that it was "
        "given to the app of oauth.client_id; or sign in with `{login}`.";
  }
  return {error.kind(),
          fmt::format("the refresh token {}is not kept{}: {}", of_grant ? "was refused and " : "",
                      another_is_there ? ", the sign-in that was there before is unchanged" : "", error.what()),
          std::move(advice)};
}

// A grant that works is not given up for one that nobody could try.
Error import_untried(const Error& error) {
  Error out(error.kind(),
            fmt::format("the refresh token could not be tried and is not kept, the sign-in that was there before is "
                        "unchanged: {}",
                        error.what()),
            "Run the command again once the provider answers.");
  if (error.retry_after()) out.set_retry_after(*error.retry_after());
  return out;
}

SignedIn import_for(const config::Config& config, const Account& account, const Secret& refresh_token,
                    TokenSourceOptions options) {
  TokenWorld world;
  world.options = completed(std::move(options), config);
  world.vault = open_vault(config);
  AccountTokens tokens(account, world);  // reads the app's secret
  if (const auto fault = certificate_fault(account.settings, world.options.clock->unix_now())) throw Error(*fault);
  if (world.options.secrets_read) world.options.secrets_read();
  std::optional<VaultEntry> before;
  bool first = true;
  try {
    return try_kinds(account, [&](ClientKind kind) {
      VaultEntry entry = imported_entry(account, refresh_token, kind, world.options.clock->unix_now());
      auto present = write_locked(*world.vault, entry);
      if (std::exchange(first, false)) before = std::move(present);
      const Secret token = tokens.get(Secret(), Urgency::insistent);
      SignedIn out = summary(account, account.scopes, tokens.facts().granted);
      tell_who_signed_in(out, {}, token);
      return out;
    });
  } catch (const Error& error) {
    if (first) throw;  // the vault is as it was
    const bool refused = is_refusal(error);
    if (refused || before) {
      const Error told =
          refused ? import_refused(error, *world.vault, account, before.has_value()) : import_untried(error);
      put_back(*world.vault, account, std::move(before));
      throw Error(told);
    }
    SignedIn out{account, {}, {}, false, {}, {}};
    out.notices.push_back(fmt::format("The token is kept, but could not be tried yet: {}.", error.what()));
    return out;
  }
}

}  // namespace

SignedIn keep_grant(const Vault& vault, const Account& account, const Grant& grant, ClientKind kind,
                    const std::string& flow, UnixTime now) {
  if (grant.refresh_token.empty()) {
    throw Error(ErrorKind::sign_in, fmt::format("the provider gave {} no refresh token", account.id.user),
                "The app's owner must allow offline_access (refresh tokens) for the app, and oauth.scopes must ask for "
                "it where the provider has such a scope.");
  }
  VaultEntry entry = imported_entry(account, grant.refresh_token, kind, now);
  entry.flow = flow;
  if (grant.scopes) entry.granted = *grant.scopes;
  if (grant.refresh_expires_in) {
    entry.lifetime = grant.refresh_expires_in->count();
    entry.refresh_token_expires = now + *entry.lifetime;
  }
  write_locked(vault, entry);
  log::info("signed in", {{"user", account.id.user}, {"flow", flow}, {"mailboxes", joined(account.mailboxes)}});
  SignedIn out = summary(account, account.scopes, entry.granted);
  tell_who_signed_in(out, grant.signed_in_as, grant.access_token);
  return out;
}

SignedIn import_refresh_token(const config::Config& config, const std::string& mailbox, const Secret& refresh_token,
                              TokenSourceOptions options) {
  try {
    SignedIn out = import_for(config, account_of(config, mailbox), refresh_token, std::move(options));
    for (std::string& notice : out.notices) notice = with_commands(notice, mailbox);
    return out;
  } catch (const Error& error) {
    throw for_mailbox(error, mailbox);
  }
}

SignedIn import_refresh_token_file(const config::Config& config, const std::string& mailbox,
                                   const std::filesystem::path& file, TokenSourceOptions options) {
  constexpr std::size_t kLargestToken = 64 * 1024;
  std::string content = read_file(file, kLargestToken);
  if (readable_by_others(file)) {
    Secret::wipe(content);
    throw Error(ErrorKind::configuration, fmt::format("others can read {}", file.string()),
                fmt::format("chmod 600 {}", file.string()));
  }
  const Secret token(std::string(text::trim(content)));
  Secret::wipe(content);
  const bool whole = !token.empty() && token.reveal().find_first_of(" \t\r\n") == std::string_view::npos;
  if (!whole) {
    throw Error(ErrorKind::no_input, fmt::format("{} does not hold one refresh token", file.string()),
                "The file must hold the refresh token alone.");
  }
  return import_refresh_token(config, mailbox, token, std::move(options));
}

std::vector<std::string> sign_out(const config::Config& config, const std::string& mailbox, bool all_mailboxes) {
  const Account account = account_of(config, mailbox);
  if (config.vault_path.empty() || !Vault::has(config.vault_path, account.id)) return {};
  if (account.mailboxes.size() > 1 && !all_mailboxes) {
    throw Error(ErrorKind::usage,
                fmt::format("{} is the account of several mailboxes: {}", account.id.user, joined(account.mailboxes)),
                fmt::format("To sign all of them out, run `poller logout {} --all-mailboxes`.", mailbox));
  }
  EntryLock held = Vault::lock(config.vault_path, account.id, kLockPatience);
  Vault::forget(config.vault_path, account.id);
  held.remove_file();
  log::info("signed out", {{"user", account.id.user}, {"mailboxes", joined(account.mailboxes)}});
  return account.mailboxes;
}

}  // namespace poller::oauth
