#include "mailbox/imap/sign_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "mailbox/imap/refusal.h"
#include "mailbox/imap/wire_names.h"

namespace poller::imap {
namespace {

constexpr int kChallenges = 3;  // none of the mechanisms has more than one

void check_user(const std::string& user) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (!user.empty() && std::none_of(user.begin(), user.end(), is_control)) return;
  throw Error(ErrorKind::configuration, "the user name to sign in with is empty or holds control characters",
              "Correct `user` or `address` of the mailbox.");
}

// What the server said in its challenge: base64 of JSON, or nothing legible.
std::string challenge_text(const std::string& challenge) {
  std::string decoded;
  const std::string_view trimmed = text::trim(challenge);
  if (!text::base64_decode(trimmed, decoded) || !text::is_utf8(decoded)) return shown_text(challenge);
  return shown_text(decoded);
}

struct Exchange {
  std::string mechanism;
  Secret response;     // base64
  std::string answer;  // to an error challenge
};

// Sends AUTHENTICATE with the response inline (SASL-IR, RFC 4959) or in a step of its own, answers an error challenge,
// and returns the outcome; `challenge` gets what the server said with it.
StatusLine authenticate(Session& session, const Exchange& exchange, std::string& challenge) {
  const std::string command = "AUTHENTICATE " + exchange.mechanism;
  const bool inline_response =
      session.can("SASL-IR") && command.size() + exchange.response.size() + 20 < kCommandOctets;
  std::string tag;
  session.expect_challenges(true);
  if (inline_response) {
    const Secret whole(command + " " + std::string(exchange.response.reveal()));
    tag = session.send(whole.reveal(), command + " ****");
  } else {
    tag = session.send(command);
  }
  bool response_sent = inline_response;
  int challenges = 0;
  StatusLine line = session.wait(tag, [&](Response& response) {
    if (response.kind != Response::Kind::continuation) return;
    if (!response_sent) {
      session.send_line(exchange.response.reveal(), "****");
      response_sent = true;
      return;
    }
    if (++challenges > kChallenges) throw Error(ErrorKind::corrupt, "the IMAP server asks and asks at the sign-in");
    challenge = challenge_text(response.line.text);
    session.send_line(exchange.answer, "(empty answer)");
  });
  session.expect_challenges(false);
  return line;
}

[[noreturn]] void refuse_sign_in(Session& session, const std::string& user, StatusLine line,
                                 const std::string& challenge, const char* advice) {
  line.text = session.masked(line.text);
  const Error error = refusal(line, "the sign-in of " + user, ErrorKind::sign_in);
  const std::string said = challenge.empty() ? "" : "; it said " + session.masked(challenge);
  Error whole(error.kind(), error.what() + said,
              error.advice().empty() || error.kind() == ErrorKind::sign_in ? advice : error.advice());
  if (error.retry_after()) whole.set_retry_after(*error.retry_after());
  throw whole;
}

Secret base64_secret(std::string plain) {
  Secret out(text::base64(plain));
  Secret::wipe(plain);
  return out;
}

void login(Session& session, const std::string& user, const Secret& password) {
  const bool quotable = is_quotable(user) && is_quotable(password.reveal());
  StatusLine line;
  if (quotable) {
    const Secret whole("LOGIN " + quote(user) + " " + quote(password.reveal()));
    line = session.wait(session.send(whole.reveal(), "LOGIN ****"));
  } else {
    // Two literals, each after the server has asked for it.
    const std::string tag = session.send(fmt::format("LOGIN {{{}}}", user.size()), "LOGIN ****");
    int asked = 0;
    line = session.wait(tag, [&](Response& response) {
      if (response.kind != Response::Kind::continuation) return;
      if (++asked == 1) {
        session.send_line(fmt::format("{} {{{}}}", user, password.size()), "****");
      } else if (asked == 2) {
        session.send_line(password.reveal(), "****");
      }
    });
  }
  if (line.status != Status::ok) {
    refuse_sign_in(session, user, std::move(line), "", "Check `user` and `password` of the mailbox.");
  }
}

}  // namespace

void learn_capabilities(Session& session) {
  if (session.knows_capabilities()) return;
  const StatusLine line = session.run("CAPABILITY");
  if (line.status != Status::ok) throw refusal(line, "to tell its capabilities", ErrorKind::temporary);
}

void sign_in_with_token(Session& session, const std::string& user, const Secret& token) {
  check_user(user);
  const Secret bearer("auth=Bearer " + std::string(token.reveal()) + "\x01\x01");
  Exchange exchange;
  if (session.can("AUTH=XOAUTH2") || !session.can("AUTH=OAUTHBEARER")) {
    if (!session.can("AUTH=XOAUTH2")) {
      throw Error(ErrorKind::configuration, "the IMAP server offers no sign-in with a token (no AUTH=XOAUTH2)",
                  "Check server.host, or use auth: password if the server still has passwords.");
    }
    exchange = {"XOAUTH2", base64_secret("user=" + user + "\x01" + std::string(bearer.reveal())), ""};
  } else {
    const auto& peer = session.transport().peer();
    exchange = {
        "OAUTHBEARER",
        base64_secret(fmt::format("n,a={},\x01host={}\x01port={}\x01{}", user, peer.host, peer.port, bearer.reveal())),
        "AQ=="};
  }
  session.hide(token);
  session.hide(exchange.response);
  std::string challenge;
  StatusLine line = authenticate(session, exchange, challenge);
  if (line.status != Status::ok) {
    refuse_sign_in(
        session, user, std::move(line), challenge,
        "Sign in anew with `poller login`; check `user`, that the signed-in account has access to the mailbox, "
        "and that IMAP is enabled for it.");
  }
}

void sign_in_with_password(Session& session, const std::string& user, const Secret& password) {
  check_user(user);
  if (password.empty()) {
    throw Error(ErrorKind::sign_in, "the password is empty", "Set `password` of the mailbox.");
  }
  session.hide(password);
  if (session.can("AUTH=PLAIN")) {
    const std::string nul(1, '\0');
    Exchange exchange{"PLAIN", base64_secret(nul + user + nul + std::string(password.reveal())), "*"};
    session.hide(exchange.response);
    std::string challenge;
    StatusLine line = authenticate(session, exchange, challenge);
    if (line.status != Status::ok) {
      refuse_sign_in(session, user, std::move(line), challenge, "Check `user` and `password` of the mailbox.");
    }
  } else if (session.can("LOGINDISABLED")) {
    throw Error(ErrorKind::configuration, "the IMAP server has no sign-in with a password (LOGINDISABLED)",
                "Use auth: oauth; Microsoft 365 and Gmail have no passwords for mail any more.");
  } else {
    login(session, user, password);
  }
}

}  // namespace poller::imap
