#include "mailbox/pop3/refusal.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "mailbox/server_words.h"

namespace poller::pop3 {
namespace {

struct Pop3Code {
  std::string_view code;
  ErrorKind kind;
  const char* advice;
};

constexpr std::array kPop3Codes{
    Pop3Code{"IN-USE", ErrorKind::temporary, "Another program has this mailbox open; POP3 lets in one at a time."},
    Pop3Code{"LOGIN-DELAY", ErrorKind::temporary, "The server wants longer pauses: raise poll_every."},
    Pop3Code{"SYS/TEMP", ErrorKind::temporary, ""},
    Pop3Code{"SYS/PERM", ErrorKind::permanent, "The server's administrator must help."},
    Pop3Code{"AUTH", ErrorKind::sign_in, "Sign in anew: poller login, or correct the password."},
};

// Words that mean the same whatever was asked; nothing when they say nothing special.
std::optional<Error> by_pop3_words(std::string_view said, const std::string& what) {
  if (text::icontains(said, "AccessTokenExpired")) return Error(ErrorKind::temporary, what);
  if (auto error = throttling(said, what)) return error;
  if (text::icontains(said, "Server Unavailable") || text::icontains(said, "Connection is closed.") ||
      text::icontains(said, "Connection closed.") || text::icontains(said, "Disconnected for inactivity")) {
    return Error(ErrorKind::temporary, what);
  }
  return std::nullopt;
}

}  // namespace

bool ends_session(const Reply& reply) { return by_pop3_words(reply.text, "").has_value(); }

Error refusal(const Reply& reply, std::string_view doing, ErrorKind otherwise) {
  const std::string code = reply.code.empty() ? "" : "[" + shown_text(reply.code) + "] ";
  const std::string what = fmt::format("the POP3 server refused {}: -ERR {}{}", doing, code, shown_text(reply.text));
  if (auto error = by_pop3_words(reply.text, what)) return *error;
  for (const auto& meaning : kPop3Codes) {
    if (meaning.code == reply.code) return {meaning.kind, what, meaning.advice};
  }
  return {otherwise, what};
}

}  // namespace poller::pop3
