#include "oauth/account.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "lib/openssl/digest.h"

namespace poller::oauth {
namespace {

// A user name as part of a file name: what a person recognises, nothing that a file system or a shell could trip over.
std::string recognisable(const std::string& user) {
  constexpr std::size_t kLongest = 80;
  std::string out;
  for (const char c : user.substr(0, kLongest)) {
    out += text::is_alnum(c) || c == '@' || c == '.' || c == '-' || c == '_' ? c : '_';
  }
  if (out.empty() || out.front() == '.' || out.front() == '-') out.insert(0, 1, '_');
  return out;
}

std::string without_trailing_slash(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

void take_client_proof(config::OAuth& into, const config::OAuth& from) {
  if (!into.client_secret && from.client_secret) into.client_secret = from.client_secret;
  if (into.certificate.empty() && !from.certificate.empty()) {
    into.certificate = from.certificate;
    into.certificate_key = from.certificate_key;
  }
  if (!into.client_secret_expires) into.client_secret_expires = from.client_secret_expires;
}

}  // namespace

const char* to_string(ClientKind kind) noexcept {
  switch (kind) {
    case ClientKind::public_client:
      return "public";
    case ClientKind::secret:
      return "secret";
    case ClientKind::certificate:
      return "certificate";
  }
  return "public";
}

std::string AccountId::file_name() const {
  // Lengths first, so that no two accounts give the same bytes.
  const std::string all =
      fmt::format("{}:{}{}:{}{}:{}", provider.size(), provider, client_id.size(), client_id, user.size(), user);
  return fmt::format("{}-{}.token", recognisable(user), sha256_hex(all).substr(0, 16));
}

ClientKind Account::configured_kind() const {
  if (!settings.certificate.empty()) return ClientKind::certificate;
  return settings.client_secret ? ClientKind::secret : ClientKind::public_client;
}

AccountId account_id(const config::Mailbox& mailbox) {
  const config::OAuth& o = mailbox.oauth;
  AccountId id;
  if (!o.discovery.empty()) {
    id.provider = o.discovery;
    id.client_id = o.client_id;
  } else {
    // Entra's tenants and applications are GUIDs and domains: the portal shows them in either letter case.
    id.provider = text::to_lower(fmt::format("{}/{}/oauth2/v2.0/token", without_trailing_slash(o.authority), o.tenant));
    id.client_id = text::to_lower(o.client_id);
  }
  id.user = text::to_lower(o.user.empty() ? mailbox.address : o.user);
  return id;
}

std::vector<Account> accounts_of(const config::Config& config) {
  std::vector<Account> accounts;
  for (const config::Mailbox& mailbox : config.mailboxes) {
    if (!config::needs_token(mailbox)) continue;
    const AccountId id = account_id(mailbox);
    auto found = std::find_if(accounts.begin(), accounts.end(), [&](const Account& a) { return a.id == id; });
    if (found == accounts.end()) {
      found = accounts.insert(accounts.end(), Account{id, mailbox.oauth, mailbox.preset, {}, {}});
      if (found->settings.user.empty()) found->settings.user = mailbox.address;
    }
    take_client_proof(found->settings, mailbox.oauth);
    found->mailboxes.push_back(mailbox.name);
    for (const std::string& scope : mailbox.oauth.scopes) {
      if (std::find(found->scopes.begin(), found->scopes.end(), scope) == found->scopes.end()) {
        found->scopes.push_back(scope);
      }
    }
  }
  return accounts;
}

Account account_of(const config::Config& config, const std::string& mailbox) {
  const config::Mailbox* const found = config::find_mailbox(config, mailbox);
  if (found == nullptr) {
    std::vector<std::string> names;
    for (const config::Mailbox& m : config.mailboxes) names.push_back(m.name);
    const std::string near = text::nearest(mailbox, names);
    throw Error(ErrorKind::usage, fmt::format("there is no mailbox \"{}\" in the configuration", mailbox),
                near.empty() ? fmt::format("Mailboxes there are: {}.", fmt::join(names, ", "))
                             : fmt::format("Did you mean \"{}\"?", near));
  }
  for (Account& account : accounts_of(config)) {
    if (std::find(account.mailboxes.begin(), account.mailboxes.end(), mailbox) != account.mailboxes.end()) {
      return std::move(account);
    }
  }
  throw Error(ErrorKind::configuration, fmt::format("mailbox \"{}\" does not sign in with OAuth", mailbox),
              "Set `auth: oauth` for it; with `auth: password` there is nothing to sign in to.");
}

}  // namespace poller::oauth
