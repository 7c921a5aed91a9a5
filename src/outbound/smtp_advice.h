// What an SMTP server's refusal means: how the program goes on, and one sentence for whoever can mend it. For sending
// and for `check --online`.
// Source: learn.microsoft.com, "Enable or disable authenticated client SMTP submission (SMTP AUTH)" and "Improvements
// in SMTP client submission"; the Exchange team's timetable for basic authentication.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "config/config.h"

namespace poller::outbound {

/// A reply (RFC 5321 section 4.2) with its enhanced status code (RFC 3463) taken out.
struct SmtpReply {
  int code = 0;          // 0: the line is no reply
  std::string enhanced;  // "5.7.139", or empty
  std::string text;      // what follows, one line, fit for a log
};

/// Of one line, or of all lines of a multi-line reply (then the first enhanced code and the texts joined).
SmtpReply read_smtp_reply(std::string_view lines);

/// The reply as one line again: "535 5.7.3 Authentication unsuccessful".
std::string to_line(const SmtpReply& reply);

/// Who sends how, for advice that names them.
struct SmtpSituation {
  bool microsoft = false;
  bool with_token = false;
  std::string user;          // the name given in the SMTP sign-in
  std::string signed_in;     // whose token it is; empty with a password
  std::string from;          // the address mail is sent from
  std::string mailbox = {};  // its name in the configuration, for commands
};
SmtpSituation smtp_situation(const config::Mailbox& mailbox);

struct SmtpVerdict {
  /// temporary: try again, after `wait` where it is known. permanent: this mail will never be taken, others may.
  /// sign_in, configuration: nothing of this mailbox will be taken until somebody has acted.
  ErrorKind kind = ErrorKind::temporary;
  std::string advice;                        // one sentence with the command that mends it; empty where none is known
  std::optional<std::chrono::seconds> wait;  // temporary: not before
};

/// What the reply means. 2xx and 3xx are nobody's refusal: they give `ours`.
SmtpVerdict judge_smtp_reply(const SmtpReply& reply, const SmtpSituation& situation);

/// The same as an Error: "the SMTP server refused the sign-in: 535 5.7.3 …". `what` names what was refused.
Error smtp_refusal(const SmtpReply& reply, std::string_view what, const SmtpSituation& situation);

/// The server takes no token, or no password.
Error no_sign_in_offered(bool with_token);

}  // namespace poller::outbound
