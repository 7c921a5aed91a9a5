#include "mailbox/imap/refusal.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace poller::imap {
namespace {

constexpr std::string_view kNotConnected = "authenticated but not connected";
constexpr const char* kNotConnectedAdvice =
    "The sign-in was accepted, but not for this mailbox: check `address` or `user`, that the signed-in account has "
    "Full "
    "Access to a shared mailbox, and that IMAP is enabled for it (Set-CASMailbox -ImapEnabled $true).";

struct CodeMeaning {
  std::string_view code;
  ErrorKind kind;
  const char* advice;
};

constexpr std::array kCodes{
    CodeMeaning{"UNAVAILABLE", ErrorKind::temporary, ""},
    CodeMeaning{"INUSE", ErrorKind::temporary, ""},
    CodeMeaning{"LIMIT", ErrorKind::temporary, ""},
    CodeMeaning{"SERVERBUG", ErrorKind::temporary, ""},
    CodeMeaning{"OVERQUOTA", ErrorKind::temporary, "The mailbox is full on the server: make room there."},
    CodeMeaning{"AUTHENTICATIONFAILED", ErrorKind::sign_in, "Sign in anew: poller login, or correct the password."},
    CodeMeaning{"AUTHORIZATIONFAILED", ErrorKind::sign_in,
                "The signed-in account may not use this mailbox: check `user`, and the rights on the mailbox."},
    CodeMeaning{"EXPIRED", ErrorKind::sign_in, "The password or token has expired: sign in anew."},
    CodeMeaning{"CONTACTADMIN", ErrorKind::sign_in, "The server's administrator must unlock this account."},
    CodeMeaning{"PRIVACYREQUIRED", ErrorKind::configuration, "Use server.tls: implicit."},
    CodeMeaning{"NOPERM", ErrorKind::configuration, "The signed-in account lacks a right on this folder."},
    CodeMeaning{"NONEXISTENT", ErrorKind::configuration, "Check the folder's name."},
    CodeMeaning{"TRYCREATE", ErrorKind::configuration, "The folder does not exist: create it, or correct its name."},
    CodeMeaning{"READ-ONLY", ErrorKind::configuration, "The folder is read-only for this account."},
};

bool says_unavailable(std::string_view text) {
  return text::icontains(text, "Server Unavailable") || text::icontains(text, "Connection is closed.") ||
         text::icontains(text, "Connection closed.");
}

// Words that mean the same whatever status they come with; nothing when they say nothing special.
std::optional<Error> by_words(std::string_view text, const std::string& what) {
  if (text::icontains(text, "AccessTokenExpired")) return Error(ErrorKind::temporary, what);
  if (auto error = throttling(text, what)) return error;
  if (text::icontains(text, kNotConnected)) return Error(ErrorKind::sign_in, what, kNotConnectedAdvice);
  if (says_unavailable(text)) return Error(ErrorKind::temporary, what);
  return std::nullopt;
}

}  // namespace

bool ends_session(std::string_view text) { return by_words(text, "").has_value(); }

Error refusal(const StatusLine& line, std::string_view doing, ErrorKind otherwise) {
  const std::string code = line.code.empty() ? "" : "[" + shown_text(line.code) + "] ";
  const std::string what = fmt::format("the IMAP server refused {}: {} {}{}", doing,
                                       line.status == Status::bad ? "BAD" : "NO", code, shown_text(line.text));
  if (auto error = by_words(line.text, what)) return *error;
  for (const auto& meaning : kCodes) {
    if (meaning.code == line.code) return {meaning.kind, what, meaning.advice};
  }
  return {otherwise, what};
}

Error farewell(std::string_view text) {
  const std::string what = "the IMAP server ended the session: " + shown_text(text);
  if (auto error = by_words(text, what)) return *error;
  return {ErrorKind::temporary, what};
}

}  // namespace poller::imap
