#include "outbound/smtp_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mailbox/server_words.h"

namespace poller::outbound {
namespace {

constexpr const char* kUnknownUser = "USER";
constexpr const char* kUnknownMailbox = "MAILBOX";

// One kind of refusal: what it is known by, and what it means. "{user}", "{signed_in}" and "{from}" in the advice are
// the addresses, "{mailbox}" its name in the configuration.
struct RefusalRow {
  int code;                   // 0: any
  std::string_view enhanced;  // empty: any
  std::string_view words;     // in the text, case ignored; empty: any
  ErrorKind kind;
  std::chrono::seconds wait;  // 0: none known
  const char* advice;
};

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kSmtpAuthOff =
    "SMTP AUTH is switched off: the Exchange administrator runs `Set-CASMailbox {user} "
    "-SmtpClientAuthenticationDisabled "
    "$false`, which overrides the tenant's setting; where Security Defaults are on, they must go too (Entra, "
    "Properties).";
constexpr const char* kSendAs =
    "{user} may not send as {from}: the Exchange administrator runs `Add-RecipientPermission {from} -Trustee {user} "
    "-AccessRights SendAs` and waits up to an hour; or set smtp.from to {user}'s own address.";
constexpr const char* kBasicAuth =
    "Exchange Online takes no passwords here any more: use `auth: oauth` with smtp, and sign in with `poller login "
    "{mailbox}`.";
constexpr const char* kBlocked =
    "Microsoft has blocked {user} for outbound spam: the administrator finds out what was sent, and takes the account "
    "out of the restricted entities (Defender portal, Email & collaboration, Review).";
constexpr const char* kRelay =
    "The server takes no mail of {from} from {user}: let its administrator allow that, set smtp.from to an address of "
    "{user}'s own, or give smtp a user with OAuth or a password.";
constexpr const char* kBusy = "The server is busy: nothing needs to be done, poller tries again by itself.";

// The first row that fits. Enhanced codes before words before bare reply codes.
constexpr std::array kRefusalRows{
    RefusalRow{0, "5.7.139", "SmtpClientAuthentication is disabled", ErrorKind::sign_in, seconds(0), kSmtpAuthOff},
    RefusalRow{0, "", "smtp_auth_disabled", ErrorKind::sign_in, seconds(0), kSmtpAuthOff},
    RefusalRow{0, "", "SmtpClientAuthentication is disabled", ErrorKind::sign_in, seconds(0), kSmtpAuthOff},
    RefusalRow{0, "5.7.139", "basic auth", ErrorKind::configuration, seconds(0), kBasicAuth},
    RefusalRow{
        0, "5.7.139", "security defaults", ErrorKind::sign_in, seconds(0),
        "The tenant's Security Defaults forbid SMTP AUTH: its administrator switches them off (Entra, Properties, "
        "Manage security defaults) and uses Conditional Access instead, then runs `Set-CASMailbox {user} "
        "-SmtpClientAuthenticationDisabled $false`."},
    RefusalRow{0, "5.7.139", "locked", ErrorKind::sign_in, seconds(0),
               "The account {user} is locked: the tenant's administrator looks at its sign-in logs and unlocks it."},
    RefusalRow{0, "5.7.139", "", ErrorKind::sign_in, seconds(0),
               "A policy of the tenant refuses the sign-in of {user} by SMTP: its administrator runs `Set-CASMailbox "
               "{user} -SmtpClientAuthenticationDisabled $false`, and looks at the user's sign-in logs in Entra for a "
               "Conditional Access policy or authentication policy that applies."},
    RefusalRow{0, "5.7.30", "", ErrorKind::configuration, seconds(0), kBasicAuth},
    RefusalRow{
        0, "5.7.57", "", ErrorKind::configuration, seconds(0),
        "The server takes mail from signed-in clients alone: check smtp.host, smtp.port (587) and that smtp has a "
        "user with OAuth or a password."},
    RefusalRow{0, "5.7.60", "", ErrorKind::sign_in, seconds(0), kSendAs},
    RefusalRow{0, "5.2.252", "", ErrorKind::sign_in, seconds(0), kSendAs},
    RefusalRow{0, "", "SendAsDenied", ErrorKind::sign_in, seconds(0), kSendAs},
    RefusalRow{0, "5.1.8", "", ErrorKind::sign_in, seconds(0), kBlocked},
    RefusalRow{0, "", "OutboundSpamException", ErrorKind::sign_in, seconds(0), kBlocked},
    RefusalRow{0, "5.4.5", "", ErrorKind::temporary, hours(1),
               "The daily limit of {user} is used up: mail waits until there is room again; nothing needs to be done "
               "unless another program sends with this account."},
    RefusalRow{0, "", "Sender address rejected", ErrorKind::configuration, seconds(0), kRelay},
    RefusalRow{0, "", "relay access denied", ErrorKind::configuration, seconds(0), kRelay},
    RefusalRow{0, "", "relaying denied", ErrorKind::configuration, seconds(0), kRelay},
    RefusalRow{0, "", "relay not permitted", ErrorKind::configuration, seconds(0), kRelay},
    RefusalRow{
        0, "", "SubmissionQuotaExceeded", ErrorKind::temporary, hours(6),
        "The daily limit of 10,000 recipients of {user} is used up: mail waits until there is room again; nothing "
        "needs to be done unless another program sends with this account."},
    RefusalRow{0, "5.2.2", "", ErrorKind::temporary, hours(1),
               "The mailbox of {user} is full, and copies of sent mail have no room: make room, or run `Set-Mailbox "
               "{user} -MessageCopyForSMTPClientSubmissionEnabled $false`."},
    RefusalRow{0, "5.2.3", "", ErrorKind::permanent, seconds(0),
               "The mail is larger than the sender may send: send the file another way, or the Exchange administrator "
               "runs `Set-Mailbox {user} -MaxSendSize 100MB`."},
    RefusalRow{
        0, "5.3.4", "", ErrorKind::permanent, seconds(0),
        "The mail is larger than the server takes: send the file another way, or the Exchange administrator runs "
        "`Set-Mailbox {user} -MaxSendSize 100MB`."},
    RefusalRow{0, "4.3.2", "Concurrent", ErrorKind::temporary, minutes(1),
               "More than three connections send with {user} at once: see that no other program uses the account."},
    RefusalRow{0, "4.3.2", "sender thread limit", ErrorKind::temporary, minutes(1),
               "More than three connections send with {user} at once: see that no other program uses the account."},
    RefusalRow{0, "5.7.9", "", ErrorKind::sign_in, seconds(0),
               "Google wants an application password or OAuth: use preset gmail with `auth: oauth`."},
    RefusalRow{534, "", "", ErrorKind::configuration, seconds(0),
               "The server does not take this kind of sign-in: use `auth: oauth`, or the kind it names."},
    RefusalRow{530, "5.7.0", "", ErrorKind::configuration, seconds(0),
               "The server wants a sign-in or TLS first: check smtp.port, smtp.tls and that smtp has a user."},
    RefusalRow{530, "", "", ErrorKind::configuration, seconds(0),
               "The server wants a sign-in first: smtp needs a user with OAuth or a password."},
    RefusalRow{538, "", "", ErrorKind::configuration, seconds(0), "The server wants TLS first: check smtp.tls."},
};

std::string filled(std::string advice, const SmtpSituation& s) {
  const std::pair<std::string_view, std::string_view> names[] = {
      {"{user}", s.user}, {"{signed_in}", s.signed_in}, {"{from}", s.from}, {"{mailbox}", s.mailbox}};
  for (const auto& [mark, name] : names) {
    const std::string_view unknown = mark == "{mailbox}" ? kUnknownMailbox : kUnknownUser;
    const std::string_view shown = name.empty() ? unknown : name;
    for (auto at = advice.find(mark); at != std::string::npos; at = advice.find(mark, at + shown.size())) {
      advice.replace(at, mark.size(), shown);
    }
  }
  return advice;
}

// A refused sign-in says no more than that. What it most likely is depends on who signs in as whom.
SmtpVerdict refused_sign_in(const SmtpSituation& s) {
  if (!s.with_token) {
    return {
        ErrorKind::sign_in, filled(s.microsoft ? kBasicAuth : "Check smtp.user ({user}) and smtp.password.", s), {}};
  }
  if (!s.signed_in.empty() && !text::iequals(s.user, s.signed_in)) {
    return {ErrorKind::sign_in,
            filled("The token is {signed_in}'s, but smtp.user says {user}: set smtp.user to {signed_in} (a shared "
                   "mailbox never signs in to SMTP itself), keep smtp.from, and let the Exchange administrator run "
                   "`Add-RecipientPermission {from} -Trustee {signed_in} -AccessRights SendAs`.",
                   s),
            {}};
  }
  if (!s.microsoft) {
    return {ErrorKind::sign_in,
            filled("Sign in anew with `poller login {mailbox}`; check smtp.user, and that the token was granted for "
                   "sending.",
                   s),
            {}};
  }
  return {ErrorKind::sign_in,
          filled("Check that SMTP.Send was granted (else `poller login {mailbox}` again), that {user} is a licensed "
                 "user and no "
                 "shared mailbox (a shared one needs smtp.user: the delegate), and let the Exchange administrator run "
                 "`Set-CASMailbox {user} -SmtpClientAuthenticationDisabled $false`.",
                 s),
          {}};
}

bool fits(const RefusalRow& row, const SmtpReply& reply) {
  return (row.code == 0 || row.code == reply.code) && (row.enhanced.empty() || row.enhanced == reply.enhanced) &&
         (row.words.empty() || text::icontains(reply.text, row.words));
}

// "5.7.139" at the start of the text; its length, or 0.
std::size_t enhanced_length(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  const auto parts = text::split(word, '.');
  const auto is_number = [](std::string_view part) {
    return !part.empty() && part.size() <= 3 && std::all_of(part.begin(), part.end(), text::is_digit);
  };
  const bool right = parts.size() == 3 && (parts[0] == "2" || parts[0] == "4" || parts[0] == "5") &&
                     is_number(parts[1]) && is_number(parts[2]);
  return right ? word.size() : 0;
}

void take_line(SmtpReply& reply, std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  std::uint64_t code = 0;
  const bool coded = line.size() >= 3 && text::parse_uint(line.substr(0, 3), code) && code >= 200 && code < 600 &&
                     (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!coded) return;
  reply.code = static_cast<int>(code);
  line.remove_prefix(std::min<std::size_t>(4, line.size()));
  if (const std::size_t n = enhanced_length(line); n > 0) {
    if (reply.enhanced.empty()) reply.enhanced = line.substr(0, n);
    line.remove_prefix(n);
  }
  line = text::trim(line);
  if (!line.empty() && !reply.text.empty()) reply.text += ' ';
  reply.text += line;
}

}  // namespace

SmtpReply read_smtp_reply(std::string_view lines) {
  SmtpReply reply;
  for (const std::string_view line : text::split(lines, '\n')) take_line(reply, line);
  reply.text = shown_text(reply.text);
  return reply;
}

std::string to_line(const SmtpReply& reply) {
  if (reply.code == 0) return "no reply";
  return fmt::format("{}{}{}{}{}", reply.code, reply.enhanced.empty() ? "" : " ", reply.enhanced,
                     reply.text.empty() ? "" : " ", reply.text);
}

SmtpSituation smtp_situation(const config::Mailbox& mailbox) {
  SmtpSituation s;
  s.microsoft = config::is_microsoft(mailbox.preset);
  s.mailbox = mailbox.name;
  if (!mailbox.smtp) return s;
  s.with_token = config::sends_by_oauth(mailbox);
  s.user = mailbox.smtp->user;
  if (s.with_token) s.signed_in = mailbox.oauth.user.empty() ? mailbox.address : mailbox.oauth.user;
  const std::string& from = mailbox.smtp->from;
  const auto open = from.rfind('<');
  s.from = open == std::string::npos ? from : from.substr(open + 1, from.rfind('>') - open - 1);
  return s;
}

SmtpVerdict judge_smtp_reply(const SmtpReply& reply, const SmtpSituation& situation) {
  if (reply.code >= 200 && reply.code < 400) return {ErrorKind::ours, {}, {}};
  for (const RefusalRow& row : kRefusalRows) {
    if (!fits(row, reply)) continue;
    SmtpVerdict verdict{row.kind, filled(row.advice, situation), {}};
    // A server that words a refusal as a passing one is taken at its word.
    if (reply.code >= 400 && reply.code < 500) verdict.kind = ErrorKind::temporary;
    if (row.wait.count() > 0) verdict.wait = row.wait;
    return verdict;
  }
  if (reply.code == 535) return refused_sign_in(situation);
  if (reply.code >= 500) return {ErrorKind::permanent, {}, {}};
  return {ErrorKind::temporary, kBusy, {}};
}

Error smtp_refusal(const SmtpReply& reply, std::string_view what, const SmtpSituation& situation) {
  const SmtpVerdict verdict = judge_smtp_reply(reply, situation);
  Error error(verdict.kind, fmt::format("the SMTP server refused {}: {}", what, to_line(reply)), verdict.advice);
  if (verdict.wait) error.set_retry_after(*verdict.wait);
  return error;
}

Error no_sign_in_offered(bool with_token) {
  if (with_token) {
    return {ErrorKind::configuration, "the SMTP server offers no sign-in with a token (no AUTH XOAUTH2)",
            "Check smtp.host and smtp.port (587), or give smtp a password if the server still has passwords."};
  }
  return {ErrorKind::configuration, "the SMTP server offers no sign-in with a password",
          "Check smtp.host and smtp.port; Microsoft 365 and Gmail want OAuth."};
}

}  // namespace poller::outbound
