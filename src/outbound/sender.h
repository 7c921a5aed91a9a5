// One attempt to hand a mail of the outbox to the mailbox's SMTP server, and what it means for the row.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/secret.h"
#include "config/config.h"
#include "storage/outbox.h"

namespace poller::outbound {

struct Attempt {
  OutboxState state = OutboxState::retry;  // sent, retry, failed or uncertain
  std::string error;                       // one line; empty for sent
  std::string advice;
  std::vector<std::string> owed;                // recipients still to be served
  std::vector<std::string> refused_recipients;  // "address: 550 5.1.1 …", refused for good; no longer owed
  std::string server_reply;                     // the id in "250 2.0.0 OK <id>", else the reply's text
  std::optional<std::chrono::seconds> wait;     // the server's wish
  /// Set where no other mail of the mailbox would fare better now: why.
  std::optional<ErrorKind> mailbox_trouble;
};

/// Called when all but the mail's end has been handed over, with the recipients that are not to get this copy.
using BeforeEnd = std::function<void(const std::vector<std::string>& refused)>;

class Sender {
 public:
  virtual ~Sender() = default;
  /// What `before_end` throws comes out here, and the mail's end is never sent. Everything else is told in the Attempt.
  virtual Attempt send(const OutboxRow& row, std::string_view mail, const BeforeEnd& before_end) = 0;
};

struct SmtpCredentials {
  std::function<Secret(bool refresh)> access_token;  // throws Error
  std::function<Secret()> password;                  // throws Error
};

/// The mailbox must have `smtp`. Connects with the first mail and keeps the connection for the next ones.
std::unique_ptr<Sender> make_smtp_sender(const config::Mailbox& mailbox, SmtpCredentials credentials,
                                         const Deadlines& deadlines, const std::string& proxy);

/// "<id>" of "2.0.0 OK <id> [Hostname=…]" without its brackets; nothing where the reply names none.
std::optional<std::string> id_in_reply(std::string_view reply_text);

}  // namespace poller::outbound
