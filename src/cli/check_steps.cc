#include "cli/check_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "base/counted.h"
#include "base/text.h"
#include "cli/advice.h"
#include "config/secrets.h"
#include "intake/settle.h"
#include "mailbox/open.h"
#include "oauth/account.h"
#include "oauth/scopes.h"
#include "oauth/token_request.h"
#include "oauth/token_status.h"
#include "outbound/smtp_advice.h"
#include "outbound/smtp_probe.h"

namespace poller::cli {
namespace {

using CheckClock = std::chrono::steady_clock;

constexpr std::size_t kSizesProbed = 500;
constexpr int kCertificateSoon = 14;  // days
constexpr std::string_view kNotConnected = "authenticated but not connected";

double since(CheckClock::time_point begin) { return std::chrono::duration<double>(CheckClock::now() - begin).count(); }

const std::string& signing_in(const config::Mailbox& mailbox) {
  return mailbox.oauth.user.empty() ? mailbox.address : mailbox.oauth.user;
}

// What an Exchange administrator runs so that the mailbox opens for who signs in.
std::string access_commands(const config::Mailbox& mailbox) {
  const bool pop3 = mailbox.protocol == config::Protocol::pop3;
  std::string out = fmt::format("`Set-CASMailbox {} -{}Enabled $true`", mailbox.address, pop3 ? "Pop" : "Imap");
  if (!text::iequals(signing_in(mailbox), mailbox.address)) {
    out += fmt::format(" and `Add-MailboxPermission {} -User {} -AccessRights FullAccess`", mailbox.address,
                       signing_in(mailbox));
  }
  return out;
}

std::string access_advice(const config::Mailbox& mailbox, const Error& error) {
  const bool not_connected = text::icontains(error.what(), kNotConnected);
  if (not_connected) {
    return fmt::format(
        "The token is good, but {} is not open to {}: check `address` (and `user`, if it is set), let the Exchange "
        "administrator run {}, and check that the mailbox has a licence; a new right takes up to an hour.",
        mailbox.user.empty() ? mailbox.address : mailbox.user, signing_in(mailbox), access_commands(mailbox));
  }
  return fmt::format(
      "The token was got, but the mail server refuses it: check `address`, `user` and that oauth.scopes is not set to "
      "names without https://outlook.office.com; let the Exchange administrator run {}; then try `poller login {}`.",
      access_commands(mailbox), mailbox.name);
}

std::string certificate_advice(UnixTime ends) {
  if (ends == 0) return {};
  const auto left = (ends - system_clock().unix_now()) / 86400;
  if (left > kCertificateSoon) return {};
  return fmt::format("The server's certificate ends in {}: its operator must renew it.", counted(left, "day"));
}

// Where the failure itself knows of nothing to do.
std::string advice_for_now(const Error& error) {
  if (error.kind() != ErrorKind::temporary) return {};
  return "Try again in a while; if it stays so, `poller --log-level trace check --online` shows what was said.";
}

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

std::string size_detail(const std::vector<std::uint64_t>& sizes, std::uint64_t max_size) {
  if (sizes.empty()) return {};
  const auto over = std::count_if(sizes.begin(), sizes.end(), [&](std::uint64_t s) { return s > max_size; });
  std::string out = fmt::format("; the largest of the newest {} has {}", sizes.size(),
                                megabytes(*std::max_element(sizes.begin(), sizes.end())));
  if (over > 0) out += fmt::format(", {} are over max_size and would go to quarantine", over);
  return out;
}

}  // namespace

// The steps of one mailbox as they come in. What fails is always the step behind the last good one.
class OnlineCheck::Steps {
 public:
  void good(std::string step, double seconds, std::string detail, std::string advice = {}) {
    out_.steps.push_back({std::move(step), true, seconds, std::move(detail), std::move(advice)});
  }
  void bad(std::string step, double seconds, const Error& error, std::string advice = {}) {
    if (advice.empty()) advice = advice_of(error);
    if (advice.empty()) advice = advice_for_now(error);
    out_.steps.push_back({std::move(step), false, seconds, error.what(), std::move(advice)});
    out_.code = worse(out_.code, exit_code_of(error.kind()));
  }
  // Whatever fails next has begun at the end of the step told of last: `begin` moves on to there.
  OpenObserver observer(CheckClock::time_point& begin) {
    return [this, &begin](const OpenStep& step) {
      good(step.step, step.took.count(), step.detail, certificate_advice(step.certificate_ends));
      begin += std::chrono::duration_cast<CheckClock::duration>(step.took);
    };
  }
  // The step of `order` that comes after the last one that is there.
  [[nodiscard]] std::string next_of(const std::vector<std::string>& order) const {
    for (const std::string& step : order) {
      if (find(step) == nullptr) return step;
    }
    return order.back();
  }
  [[nodiscard]] const CheckStep* find(const std::string& step) const {
    for (const CheckStep& s : out_.steps) {
      if (s.step == step) return &s;
    }
    return nullptr;
  }
  CheckStep& last() { return out_.steps.back(); }
  // What belongs to the step told of last has failed after all.
  void last_is_bad(const Error& error) {
    CheckStep step = std::move(out_.steps.back());
    out_.steps.pop_back();
    bad(step.step, step.seconds, error);
    out_.steps.back().detail = step.detail + "; " + out_.steps.back().detail;
  }
  [[nodiscard]] bool token_failed() const {
    const CheckStep* const step = find("token");
    return step != nullptr && !step->ok;
  }
  MailboxCheck take() { return std::move(out_); }

 private:
  MailboxCheck out_;
};

OnlineCheck::OnlineCheck(const config::Config& config) : config_(config), tokens_(config) {
  for (const auto& mailbox : config.mailboxes) {
    if (mailbox.password) read_password(mailbox.password);
    if (mailbox.smtp && mailbox.smtp->password) read_password(mailbox.smtp->password);
  }
}

void OnlineCheck::read_password(const config::SecretRef& ref) {
  Password& password = passwords_[&ref];
  try {
    password.value = config::resolve_secret(ref);
  } catch (const Error& error) {
    password.failure = error;
  }
}

const Secret& OnlineCheck::password(const config::SecretRef& ref) const {
  const Password& password = passwords_.at(&ref);
  if (password.failure) throw Error(*password.failure);
  return password.value;
}

MailboxCheck OnlineCheck::run(const config::Mailbox& mailbox) {
  Steps steps;
  if (config::needs_token(mailbox)) token(mailbox, steps);
  read_mail(mailbox, steps);
  if (mailbox.smtp) send_mail(mailbox, steps);
  return steps.take();
}

void OnlineCheck::token(const config::Mailbox& mailbox, Steps& steps) {
  const auto begin = CheckClock::now();
  try {
    auto& source = tokens_.for_mailbox(mailbox.name);
    // A person waits: the provider is asked whatever is remembered, but once for all mailboxes of an account.
    const bool first = asked_.count(mailbox.name) == 0;
    for (const auto& name : oauth::account_of(config_, mailbox.name).mailboxes) asked_.insert(name);
    static_cast<void>(first ? source.access_token_now() : source.access_token());
    const oauth::GrantFacts facts = source.facts();
    std::string advice;
    for (const auto& warning : oauth::expiry_warnings(oauth::token_status(config_, system_clock().unix_now()))) {
      if (warning.mailbox == mailbox.name) advice += (advice.empty() ? "" : " ") + warning.text + ": " + warning.advice;
    }
    steps.good("token", since(begin),
               fmt::format("of {}, good until {}; {} client, obtained by {}", signing_in(mailbox),
                           rfc3339(facts.access_token_expires), facts.client_kind, facts.flow),
               advice);
    const auto missing = oauth::missing_scopes(mailbox.oauth.scopes, facts.granted);
    const std::string granted = fmt::format("granted: {}", fmt::join(facts.granted, " "));
    if (missing.empty()) {
      steps.good("scopes", 0, granted);
    } else {
      steps.bad("scopes", 0,
                Error(ErrorKind::sign_in, fmt::format("{}; missing: {}", granted, fmt::join(missing, " "))),
                oauth::with_commands(oauth::explain_missing(missing, facts.asked), mailbox.name));
    }
  } catch (const Error& error) {
    steps.bad("token", since(begin), error);
  }
}

// `refused`: it was the token that could not be had, and not the server that refused something.
Secret OnlineCheck::token_again(const config::Mailbox& mailbox, bool& refused) {
  refused = true;
  Secret token = tokens_.for_mailbox(mailbox.name).access_token();
  refused = false;
  return token;
}

void OnlineCheck::read_mail(const config::Mailbox& mailbox, Steps& steps) {
  const bool directory = mailbox.protocol == config::Protocol::directory;
  const std::vector<std::string> order =
      directory ? std::vector<std::string>{"folder"} : std::vector<std::string>{"connect", "tls", "sign-in", "folder"};
  auto begin = CheckClock::now();
  bool token_refused = false;
  std::unique_ptr<Mailbox> session;
  try {
    Credentials credentials;
    credentials.access_token = [&] { return token_again(mailbox, token_refused); };
    credentials.password = [&] { return password(mailbox.password); };
    session = open_mailbox(mailbox, std::move(credentials), config_.deadlines, config_.proxy);
    session->observe(steps.observer(begin));
    session->open(true);
    if (directory)
      steps.good("folder", since(begin), fmt::format("{}: {} mails", mailbox.path.string(), session->list({}).size()));
  } catch (const Error& error) {
    if (token_refused && steps.token_failed()) return;  // said under "token" already
    const bool refused = config::is_microsoft(mailbox.preset) && error.kind() == ErrorKind::sign_in;
    steps.bad(steps.next_of(order), since(begin), error, refused ? access_advice(mailbox, error) : std::string());
    return;
  }
  read_folder(mailbox, *session, steps);
  session->close();
}

// The folder is open: can `after` be done to its mails, and how large are they?
void OnlineCheck::read_folder(const config::Mailbox& mailbox, Mailbox& session, Steps& steps) {
  const auto begin = CheckClock::now();
  try {
    if (!session.check(action_of(mailbox.after), false)) {
      steps.last().detail += fmt::format("; there is no folder {} yet, the first poll makes it", mailbox.after.folder);
    }
  } catch (const Error& error) {
    steps.last_is_bad(error);
    return;
  }
  try {
    steps.last().detail += size_detail(session.newest_sizes(kSizesProbed), mailbox.max_size);
    steps.last().seconds += since(begin);
  } catch (const Error& error) {
    steps.last().detail += "; their sizes cannot be had: " + std::string(error.what());
  }
}

void OnlineCheck::send_mail(const config::Mailbox& mailbox, Steps& steps) {
  const bool with_token = config::sends_by_oauth(mailbox);
  auto begin = CheckClock::now();
  bool token_refused = false;
  const auto secret = [&] {
    return with_token ? token_again(mailbox, token_refused) : password(mailbox.smtp->password);
  };
  try {
    outbound::probe_smtp(mailbox, secret, config_.deadlines, config_.proxy, steps.observer(begin));
    const auto situation = outbound::smtp_situation(mailbox);
    const bool another = !text::iequals(situation.user, situation.from) && situation.microsoft;
    if (another) {
      steps.last().advice = fmt::format(
          "Exchange checks Send As only when a mail is sent; if it then refuses (SendAsDenied), the administrator runs "
          "`Add-RecipientPermission {} -Trustee {} -AccessRights SendAs`.",
          situation.from, situation.user);
    }
  } catch (const Error& error) {
    if (token_refused && steps.token_failed()) return;  // said under "token" already
    steps.bad(steps.next_of({"smtp-connect", "smtp-tls", "smtp-sign-in"}), since(begin), error);
  }
}

}  // namespace poller::cli
