// The one exception type of the program. Its kind decides what happens next (retry, quarantine, alert, exit code).
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace poller {

enum class ErrorKind {
  temporary,      // try again later: throttled, busy, timed out in mid-session
  unreachable,    // a server cannot be reached: refused, DNS, TLS
  permanent,      // the other side said no, and will again
  sign_in,        // a person must sign in, or grant something
  configuration,  // the operator must change the configuration
  usage,          // the command line is wrong
  no_input,       // an input file does not exist or cannot be read
  no_mail,        // the input is no mail
  limit,          // larger than a limit of ours
  corrupt,        // data that contradicts itself
  storage,        // disk full, I/O error: nothing more may be settled
  vault,          // the same of an account's sign-in: what needs that account waits, the others go on
  ours,           // a fault of this program
};

/// A failure: what happened, and where possible what to do about it.
/// `what()` is one line for a log, without secrets and without a trailing period's worth of advice;
/// `advice()` is one sentence for a person, or empty.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& what, std::string advice = {})
      : std::runtime_error(what), kind_(kind), advice_(std::move(advice)) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& advice() const noexcept { return advice_; }

  /// How long the server asked us to wait, where it did (Retry-After, "Suggested Backoff Time"); 0: it gave no time.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const noexcept { return retry_after_; }
  Error& set_retry_after(std::chrono::milliseconds wait) noexcept {
    retry_after_ = wait;
    return *this;
  }

 private:
  ErrorKind kind_;
  std::string advice_;
  std::optional<std::chrono::milliseconds> retry_after_;
};

/// The word for a kind in logs, JSON and metrics labels: "temporary", "sign-in", ...
const char* to_string(ErrorKind kind) noexcept;

}  // namespace poller
