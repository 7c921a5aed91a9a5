#include "oauth/account_tokens.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"

namespace poller::oauth {
namespace {

using std::chrono::seconds;

constexpr UnixTime kRefreshBefore = 300;       // Entra's tokens live 60 to 90 minutes
constexpr UnixTime kLastMoment = 30;           // a token this close to its end is not worth handing out
constexpr UnixTime kShortestLife = 60;         // for a provider that says 0
constexpr UnixTime kEndpointsGoodFor = 86400;  // a discovery document is fetched again after it
constexpr UnixTime kHoldAfterFailure = 30;     // unreachable or busy: between two attempts of one process
constexpr UnixTime kHoldAfterRefusal = 1800;   // a person is needed: a policy may have been mended meanwhile
constexpr UnixTime kHoldDeadGrant = 86400;     // a dead grant: asked once a day, in case the answer was wrong
constexpr UnixTime kThrottled = 60;            // 429 without Retry-After
constexpr UnixTime kLoopThrottled = 300;       // AADSTS50196, 90055
constexpr UnixTime kLongestThrottle = 3600;
constexpr UnixTime kRestsAfter = 7 * 86400;

// For what was mended at the provider alone: of that nothing can be seen here.
constexpr const char* kTriedAgain =
    " poller tries another secret at once, and what is unchanged every half hour; `{check}` tries it now.";

std::string result_word(const Error& error, bool throttled) {
  return throttled ? "throttled" : to_string(error.kind());
}

UnixTime throttle_of(const Refusal& refusal, const Diagnosis& diagnosis) {
  if (refusal.retry_after) return std::clamp<UnixTime>(refusal.retry_after->count(), 1, kLongestThrottle);
  if (diagnosis.remedy != Remedy::throttled) return 0;
  return refusal.codes.empty() ? kThrottled : kLoopThrottled;
}

// The copies of a std::runtime_error share its text. What one thread keeps and others throw is a text of its own: they
// are counted in a library that ThreadSanitizer does not see into.
Error copy_of(const Error& error) {
  Error out(error.kind(), error.what(), error.advice());
  if (error.retry_after()) out.set_retry_after(*error.retry_after());
  return out;
}

// A vault that cannot be read or written concerns its account alone, unlike the storage of the mails.
Error as_vault_error(const Error& error) {
  return error.kind() == ErrorKind::storage ? Error(ErrorKind::vault, error.what(), error.advice()) : copy_of(error);
}

// Refuses to ask the provider while it wants us to wait.
void respect_throttling(const VaultEntry& entry, UnixTime now) {
  if (entry.throttled_until <= now) return;
  Error error(ErrorKind::temporary,
              fmt::format("the provider wants {} to wait until {}", entry.account.user, rfc3339(entry.throttled_until)),
              "Nothing needs to be done: poller waits and tries again by itself.");
  error.set_retry_after(seconds(entry.throttled_until - now));
  throw error;
}

// The app was refused, and not the grant: its secret has expired, say. Only a refusal that we know is kept, for then
// nobody is asked for half an hour.
bool refuses_the_app(const Refusal& refusal, const Diagnosis& diagnosis) {
  return diagnosis.remedy == Remedy::configuration && diagnosis.known && refusal.form == Refusal::Form::oauth;
}

}  // namespace

AccountTokens::AccountTokens(Account account, const TokenWorld& world)
    : account_(std::move(account)), world_(world), proof_(account_.settings) {}

bool AccountTokens::usable(const Secret& refused, UnixTime at_least_until) const {
  return !current_.token.empty() && at_least_until < current_.expires && current_.token.reveal() != refused.reveal();
}

const Vault& AccountTokens::vault() const {
  if (!world_.vault) throw world_.vault_failure.value();
  return *world_.vault;
}

Secret AccountTokens::get(const Secret& refused, Urgency urgency) {
  const std::uint64_t attempts_before = attempts_.load();
  const std::lock_guard lock(mutex_);
  const UnixTime now = world_.options.clock->unix_now();
  const bool usual = urgency == Urgency::usual;
  if (usual && now < current_.refresh_at && usable(refused, now)) return current_.token;
  const bool failed_meanwhile = failure_ && attempts_.load() != attempts_before;
  const bool held = usual && failure_ && now < failure_->next_try;
  try {
    if (failed_meanwhile || held) throw copy_of(failure_->error);
    asked_ = false;
    remembered_ = false;
    refresh(urgency);
    ++attempts_;
    failure_.reset();
    report("ok");
    return current_.token;
  } catch (const Error& error) {
    if (!failed_meanwhile && !held) remember_failure(error);
    const bool passes = error.kind() == ErrorKind::temporary || error.kind() == ErrorKind::unreachable;
    if (usual && passes && usable(refused, world_.options.clock->unix_now() + kLastMoment)) return current_.token;
    throw as_vault_error(error);
  }
}

// Those who waited for this attempt, and who ask soon after it, are given its failure.
void AccountTokens::remember_failure(const Error& error) {
  ++attempts_;
  const auto wait = error.retry_after() ? std::chrono::duration_cast<seconds>(*error.retry_after()).count() : 0;
  // A refusal that needs a person, and the wish to wait, are remembered in the vault, where a new sign-in replaces
  // them.
  const bool by_vault = remembered_ || error.kind() == ErrorKind::sign_in;
  const UnixTime hold = by_vault ? 0 : std::max<UnixTime>(wait, kHoldAfterFailure);
  // From its end: an endpoint that hangs takes longer than the hold.
  failure_ = Failure{copy_of(error), world_.options.clock->unix_now() + hold};
  if (asked_) report(result_word(error, error.kind() == ErrorKind::temporary && error.retry_after().has_value()));
}

void AccountTokens::refresh(Urgency urgency) {
  const Vault& vault_of_all = vault();
  if (!vault_of_all.has(account_.id)) {
    throw Error(ErrorKind::sign_in, fmt::format("nobody has signed in as {} yet", account_.id.user),
                "Sign in with `{login}`.");
  }
  EntryLock held = vault_of_all.lock(account_.id, world_.options.deadline);
  VaultEntry entry = entry_to_refresh(vault_of_all, urgency);
  vault_of_all.check_writable();  // what the provider gives must not be lost, nor asked for twice
  held.set_note(
      fmt::format("process {} asked for a token at {}", ::getpid(), rfc3339(world_.options.clock->unix_now())));
  TokenAnswer answer = [&] {
    try {
      return ask(entry);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::temporary) held.set_note({});  // nothing was sent, so nothing was lost
      throw;
    }
  }();
  if (const auto* refusal = std::get_if<Refusal>(&answer)) {
    held.set_note({});
    throw remember_refusal(vault_of_all, entry, *refusal, !held.note_left().empty());
  }
  take(vault_of_all, entry, std::get<Grant>(std::move(answer)));
  held.set_note({});
}

VaultEntry AccountTokens::entry_to_refresh(const Vault& vault, Urgency urgency) {
  auto entry = vault.read(account_.id);
  if (!entry) {
    throw Error(ErrorKind::sign_in, fmt::format("{} was signed out", account_.id.user), "Sign in with `{login}`.");
  }
  if (unsaved_ && unsaved_->revision == entry->revision) {
    vault.write(*unsaved_);
    entry = std::move(unsaved_);
  }
  unsaved_.reset();
  const UnixTime now = world_.options.clock->unix_now();
  remembered_ = entry->throttled_until > now;
  respect_throttling(*entry, now);
  if (urgency == Urgency::usual) respect_refusal(*entry);
  return std::move(*entry);
}

// Refuses to present again what was refused lately.
void AccountTokens::respect_refusal(const VaultEntry& entry) {
  if (!entry.refusal) return;
  const RememberedRefusal& r = *entry.refusal;
  if (world_.options.clock->unix_now() >= r.last + (r.dead ? kHoldDeadGrant : kHoldAfterRefusal)) return;
  const bool of_app = !r.proof.empty();
  if (of_app) {
    if (proof_.mark() == r.proof) proof_.read_again(account_.settings);  // the secret may have been replaced meanwhile
    if (proof_.mark() != r.proof) return;
  }
  remembered_ = true;
  throw Error(of_app ? ErrorKind::configuration : ErrorKind::sign_in,
              fmt::format("{} (since {})", r.what, rfc3339(r.since)), r.advice);
}

Form AccountTokens::refresh_form(const VaultEntry& entry, const std::string& endpoint) const {
  Form form;
  form.add("grant_type", "refresh_token").add("client_id", account_.id.client_id);
  form.add("refresh_token", entry.refresh_token);
  // No scope: left out, it means what was granted (RFC 6749 section 6), and naming one that was not would be refused.
  proof_.add_to(form, entry.client_kind, account_.id.client_id, endpoint, world_.options.clock->unix_now());
  return form;
}

TokenAnswer AccountTokens::ask(const VaultEntry& entry) {
  const auto& options = world_.options;
  const auto http = options.http(account_.settings);
  const UnixTime now = options.clock->unix_now();
  if (!endpoints_ || now >= endpoints_found_ + kEndpointsGoodFor) {
    endpoints_ = find_endpoints(account_.settings, *http);
    endpoints_found_ = now;
  }
  asked_ = true;
  const RequestPolicy policy{options.clock, options.sleep, options.deadline};
  const auto form = [&] { return refresh_form(entry, endpoints_->token); };
  TokenAnswer answer = request_token(*http, endpoints_->token, form, account_.preset, policy);
  const auto* refusal = std::get_if<Refusal>(&answer);
  const bool client_refused = refusal != nullptr && entry.client_kind != ClientKind::public_client &&
                              diagnose(*refusal, account_.preset).remedy == Remedy::configuration;
  if (client_refused && proof_.read_again(account_.settings)) {  // the secret was replaced while we ran
    answer = request_token(*http, endpoints_->token, form, account_.preset, policy);
  }
  return answer;
}

void AccountTokens::take(const Vault& vault, VaultEntry& entry, Grant&& grant) {
  const UnixTime now = world_.options.clock->unix_now();
  if (!grant.refresh_token.empty()) entry.refresh_token = std::move(grant.refresh_token);
  if (grant.scopes) entry.granted = *grant.scopes;
  entry.last_used = now;
  entry.throttled_until = 0;
  entry.refusal.reset();
  entry.refresh_token_expires.reset();
  if (grant.refresh_expires_in) entry.refresh_token_expires = now + grant.refresh_expires_in->count();
  try {
    vault.write(entry);
  } catch (const Error& error) {
    unsaved_ = entry;
    log::error(
        "a new refresh token cannot be saved; it is kept in memory and nothing is done with the account until it "
        "is saved",
        {{"user", account_.id.user}, {"error", error.what()}});
    throw;
  }
  const UnixTime told = grant.expires_in.count() > 0 ? grant.expires_in.count() : kShortestLife;
  current_ = {std::move(grant.access_token), now + told - std::min(kRefreshBefore, told / 2), now + told};
  facts_ = {entry.asked, entry.granted.empty() ? entry.asked : entry.granted, current_.expires,
            to_string(entry.client_kind), entry.flow};
  log::debug("token refreshed", {{"user", account_.id.user}, {"good_for_s", told}});
}

Error AccountTokens::remember_refusal(const Vault& vault, VaultEntry& entry, const Refusal& refusal, bool interrupted) {
  const UnixTime now = world_.options.clock->unix_now();
  const Diagnosis diagnosis = diagnose(refusal, account_.preset);
  Error error = refusal_error(refusal, diagnosis, account_.id.user, endpoints_->token);
  if (interrupted && diagnosis.remedy == Remedy::grant_dead) {
    error = Error(error.kind(),
                  fmt::format("{}; the refresh before this one was interrupted, and a provider that detects the second "
                              "use of a refresh token then ends the grant",
                              error.what()),
                  error.advice());
  }
  const UnixTime throttle = throttle_of(refusal, diagnosis);
  if (throttle > 0) {
    entry.throttled_until = now + throttle;
    error.set_retry_after(seconds(throttle));
  }
  const bool of_app = refuses_the_app(refusal, diagnosis);
  if (of_app || error.kind() == ErrorKind::sign_in) {
    const UnixTime since = entry.refusal ? entry.refusal->since : now;
    entry.refusal = RememberedRefusal{since, now, diagnosis.remedy == Remedy::grant_dead, error.what(), error.advice()};
    if (of_app) {
      entry.refusal->proof = proof_.mark();
      entry.refusal->advice += kTriedAgain;
    }
  } else if (throttle == 0) {
    return error;
  }
  try {
    vault.write(entry);
    remembered_ = of_app;
  } catch (const Error& failure) {
    log::warning("a refusal cannot be noted in the vault", {{"error", failure.what()}});
  }
  return error;
}

void AccountTokens::report(std::string_view result) const {
  if (world_.options.refreshed) world_.options.refreshed(account_.mailboxes, result);
}

Secret AccountTokens::current_token() const {
  const std::lock_guard lock(mutex_);
  return current_.token;
}

GrantFacts AccountTokens::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

void AccountTokens::keep_alive() {
  const auto entry = vault().read(account_.id);
  const UnixTime now = world_.options.clock->unix_now();
  if (!entry || now < entry->last_used + kRestsAfter) return;
  get(current_token(), Urgency::usual);
}

}  // namespace poller::oauth
