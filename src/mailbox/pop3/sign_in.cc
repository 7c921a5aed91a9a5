#include "mailbox/pop3/sign_in.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mailbox/pop3/refusal.h"

namespace poller::pop3 {
namespace {

constexpr std::size_t kLongToken = 4096;  // Exchange Online's POP3 is reported to refuse longer ones
constexpr const char* kTokenAdvice =
    "Sign in anew with `poller login`; check `user`, that the signed-in account has access to the mailbox, and that "
    "POP "
    "is enabled for it (Set-CASMailbox -PopEnabled $true).";
constexpr const char* kPasswordAdvice = "Check `user` and `password` of the mailbox.";

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void check_pop3_user(const std::string& user) {
  if (!user.empty() && !has_controls(user)) return;
  throw Error(ErrorKind::configuration, "the user name to sign in with is empty or holds control characters",
              "Correct `user` or `address` of the mailbox.");
}

[[noreturn]] void refuse(const Reply& reply, const std::string& user, const std::string& challenge,
                         const char* advice) {
  const Error error = refusal(reply, "the sign-in of " + user, ErrorKind::sign_in);
  const std::string said = challenge.empty() ? "" : "; it said " + challenge;
  Error whole(error.kind(), error.what() + said,
              error.advice().empty() || error.kind() == ErrorKind::sign_in ? advice : error.advice());
  if (error.retry_after()) whole.set_retry_after(*error.retry_after());
  throw whole;
}

// What the server said before it refused: base64 of JSON (Google), or nothing legible.
std::string legible(const Session& session, const std::string& challenge) {
  std::string decoded;
  if (!text::base64_decode(text::trim(challenge), decoded) || !text::is_utf8(decoded)) decoded = challenge;
  return session.masked(shown_text(decoded));
}

// RFC 5034: AUTH alone, then the response once the server has asked for it.
void authenticate(Session& session, const std::string& mechanism, const std::string& user, const Secret& response,
                  const std::string& answer_to_error, const char* advice) {
  Reply reply = session.ask("AUTH " + mechanism);
  if (reply.status == Reply::Status::error) refuse(reply, user, "", advice);
  std::string challenge;
  if (reply.status == Reply::Status::go_on) {
    session.send(response.reveal(), "****");
    reply = session.reply();
    if (reply.status == Reply::Status::go_on) {
      challenge = legible(session, reply.text);
      session.send(answer_to_error, "(empty answer)");
      reply = session.reply();
    }
  }
  if (reply.status == Reply::Status::ok) return;
  refuse(reply, user, challenge, advice);
}

Secret encoded(std::string plain) {
  Secret out(text::base64(plain));
  Secret::wipe(plain);
  return out;
}

void refuse_long_token(const Error& error, const Secret& token) {
  const bool protocol_error = text::icontains(error.what(), "protocol error");
  if (!protocol_error || token.size() <= kLongToken) return;
  throw Error(ErrorKind::configuration, fmt::format("{} (the token has {} characters)", error.what(), token.size()),
              "Exchange Online's POP3 refuses tokens of more than 4096 characters: use protocol: imap.");
}

void send_user_and_pass(Session& session, const std::string& user, const Secret& password) {
  if (has_controls(password.reveal())) {
    throw Error(ErrorKind::configuration, "the password holds control characters", "Correct `password`.");
  }
  Reply reply = session.ask("USER " + user);
  if (reply.status == Reply::Status::ok) {
    const Secret line("PASS " + std::string(password.reveal()));
    session.send(line.reveal(), "PASS ****");
    reply = session.reply();
  }
  if (reply.status != Reply::Status::ok) refuse(reply, user, "", kPasswordAdvice);
}

}  // namespace

void sign_in_with_token(Session& session, const std::string& user, const Secret& token) {
  check_pop3_user(user);
  session.hide(token);
  const std::string bearer = "auth=Bearer " + std::string(token.reveal()) + "\x01\x01";
  // A server without CAPA, or that does not name its mechanisms, is simply tried.
  const bool xoauth2 = session.offers("XOAUTH2") || !session.can("SASL");
  if (!xoauth2 && !session.offers("OAUTHBEARER")) {
    throw Error(ErrorKind::configuration, "the POP3 server offers no sign-in with a token (no SASL XOAUTH2)",
                "Check server.host, or use auth: password if the server still has passwords.");
  }
  const auto& peer = session.transport().peer();
  const Secret response =
      xoauth2 ? encoded("user=" + user + "\x01" + bearer)
              : encoded(fmt::format("n,a={},\x01host={}\x01port={}\x01{}", user, peer.host, peer.port, bearer));
  session.hide(response);
  try {
    authenticate(session, xoauth2 ? "XOAUTH2" : "OAUTHBEARER", user, response, xoauth2 ? "" : "AQ==", kTokenAdvice);
  } catch (const Error& error) {
    refuse_long_token(error, token);
    throw;
  }
}

void sign_in_with_password(Session& session, const std::string& user, const Secret& password) {
  check_pop3_user(user);
  if (password.empty()) {
    throw Error(ErrorKind::sign_in, "the password is empty", "Set `password` of the mailbox.");
  }
  session.hide(password);
  if (session.can("USER") || !session.offers("PLAIN")) {
    send_user_and_pass(session, user, password);
    return;
  }
  const std::string nul(1, '\0');
  const Secret response = encoded(nul + user + nul + std::string(password.reveal()));
  session.hide(response);
  authenticate(session, "PLAIN", user, response, "*", kPasswordAdvice);
}

}  // namespace poller::pop3
