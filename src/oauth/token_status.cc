#include "oauth/token_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/counted.h"
#include "base/error.h"
#include "base/safe_file.h"
#include "lib/openssl/certificate.h"
#include "oauth/account.h"
#include "oauth/open_vault.h"
#include "oauth/token_request.h"

namespace poller::oauth {
namespace {

constexpr UnixTime kDay = 86400;
constexpr UnixTime kRefreshTokenLife = 90 * kDay;  // Entra's, from each use; not configurable since January 2021

constexpr int kFirstWarning = 14;  // days

int whole_days(UnixTime seconds) {
  return static_cast<int>(seconds >= 0 ? seconds / kDay : -((-seconds + kDay - 1) / kDay));
}

std::optional<UnixTime> proof_end(const config::OAuth& settings) {
  if (settings.client_secret_expires) {
    return UnixTime{settings.client_secret_expires->time_since_epoch().count()} * kDay;
  }
  if (settings.certificate.empty()) return std::nullopt;
  try {
    constexpr std::size_t kLargest = 256 * 1024;
    return read_certificate(read_file(settings.certificate, kLargest)).not_after;
  } catch (const Error&) {
    return std::nullopt;  // what is wrong with it is said where it is used
  }
}

// A grant that lives for some days or hours would be warned of right after each use. There only its last quarter is
// near enough to the end. What was told at the sign-in counts: where uses do not prolong the grant, later answers tell
// of what is left.
bool has_rested_long(const VaultEntry& entry, UnixTime expires, UnixTime now) {
  const UnixTime life = entry.lifetime.value_or(expires - entry.last_used);
  return whole_days(life) > kFirstWarning || expires - now < life / 4;
}

void describe(TokenStatus& status, const VaultEntry& entry, UnixTime now) {
  using State = TokenStatus::State;
  status.expires = entry.refresh_token_expires.value_or(entry.last_used + kRefreshTokenLife);
  status.days_left = std::max(0, whole_days(*status.expires - now));
  status.rested_long = has_rested_long(entry, *status.expires, now);
  if (entry.refusal) {
    status.state = State::sign_in_needed;
    status.since = entry.refusal->since;
    status.detail = entry.refusal->what;
    status.advice = entry.refusal->advice;
    if (entry.refusal->dead) {
      status.days_left = 0;
      status.expires = std::min(*status.expires, entry.refusal->since);
    }
  } else if (now >= *status.expires) {
    status.state = State::sign_in_needed;
    status.since = *status.expires;
    status.detail = "the refresh token was not used for too long";
    status.advice = "The user who signed in must sign in again with `{login}`.";
  } else if (entry.throttled_until > now) {
    status.state = State::throttled;
    status.since = entry.throttled_until;
    status.detail = fmt::format("the provider wants us to wait until {}", rfc3339(entry.throttled_until));
    status.advice = "Nothing needs to be done.";
  }
}

void read_status(TokenStatus& status, const Vault& vault, const AccountId& account, UnixTime now) {
  using State = TokenStatus::State;
  try {
    if (const auto entry = vault.read(account)) {
      describe(status, *entry, now);
    } else {
      status.state = State::never;
      status.detail = "nobody has signed in yet";
      status.advice = "Sign in with `{login}`.";
    }
  } catch (const Error& error) {
    status.state = State::unreadable;
    status.detail = error.what();
    status.advice = error.advice();
  }
}

constexpr int kEnded = -1;

// 14, 7, 3 or 1: the narrowest that the days are within; kEnded when it is over; 0 when none is near.
int stage_of(int days) {
  if (days < 0) return kEnded;
  static constexpr std::array kStages{1, 3, 7, kFirstWarning};
  const auto* const stage = std::find_if(kStages.begin(), kStages.end(), [&](int s) { return days <= s; });
  return stage == kStages.end() ? 0 : *stage;
}

void warn_of_token(const TokenStatus& s, std::vector<ExpiryWarning>& out) {
  const bool over = s.state == TokenStatus::State::sign_in_needed;
  if (!s.days_left || over || !s.rested_long || stage_of(*s.days_left) == 0) return;
  out.push_back(
      {s.mailbox, "token", *s.days_left, stage_of(*s.days_left),
       fmt::format("the sign-in of {} (mailbox {}) ends {} unless it is used before", s.user, s.mailbox,
                   *s.days_left == 0 ? "within a day" : "in " + counted(*s.days_left, "day")),
       with_commands("A running poller uses it at least weekly; otherwise sign in again with `{login}`.", s.mailbox)});
}

void warn_of_proof(const TokenStatus& s, std::vector<ExpiryWarning>& out) {
  if (!s.secret_days_left || stage_of(*s.secret_days_left) == 0) return;
  const int days = *s.secret_days_left;
  out.push_back(
      {s.mailbox, "client-secret", days, stage_of(days),
       days < 0 ? fmt::format("the client secret or certificate of mailbox {} has expired", s.mailbox)
                : fmt::format("the client secret or certificate of mailbox {} ends {}", s.mailbox,
                              days == 0 ? "today" : "in " + counted(days, "day")),
       "The app's owner must create a new one (Entra, App registrations, Certificates & secrets); the operator "
       "puts it in place and corrects client_secret_expires."});
}

}  // namespace

const char* state_word(TokenStatus::State state) noexcept {
  switch (state) {
    case TokenStatus::State::ok:
      return "ok";
    case TokenStatus::State::never:
    case TokenStatus::State::sign_in_needed:
      return "sign-in needed";
    case TokenStatus::State::throttled:
      return "throttled";
    case TokenStatus::State::unreadable:
      return "error";
  }
  return "error";
}

std::vector<TokenStatus> token_status(const config::Config& config, UnixTime now) {
  std::vector<TokenStatus> out;
  const auto accounts = accounts_of(config);
  if (accounts.empty()) return out;
  std::unique_ptr<Vault> vault;
  std::optional<Error> failure;
  try {
    vault = open_vault(config);
  } catch (const Error& error) {
    failure = error;
  }
  for (const config::Mailbox& mailbox : config.mailboxes) {
    const auto account = std::find_if(accounts.begin(), accounts.end(), [&](const Account& a) {
      return std::find(a.mailboxes.begin(), a.mailboxes.end(), mailbox.name) != a.mailboxes.end();
    });
    if (account == accounts.end()) continue;
    TokenStatus status;
    status.mailbox = mailbox.name;
    status.user = account->id.user;
    status.secret_expires = proof_end(account->settings);
    if (status.secret_expires) {
      // What is given as a day lasts until that day is over.
      const UnixTime last_day = account->settings.client_secret_expires ? kDay : 0;
      status.secret_days_left = whole_days(*status.secret_expires + last_day - now);
    }
    if (vault) {
      read_status(status, *vault, account->id, now);
    } else {
      status.state = TokenStatus::State::unreadable;
      status.detail = failure->what();
      status.advice = failure->advice();
    }
    status.advice = with_commands(status.advice, mailbox.name);
    out.push_back(std::move(status));
  }
  return out;
}

std::vector<ExpiryWarning> expiry_warnings(const std::vector<TokenStatus>& statuses) {
  std::vector<ExpiryWarning> out;
  for (const TokenStatus& status : statuses) {
    warn_of_token(status, out);
    warn_of_proof(status, out);
  }
  return out;
}

}  // namespace poller::oauth
