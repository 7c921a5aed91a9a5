// One mailbox in the daemon: its session while it watches, and when its turn comes next.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/repeated.h"
#include "config/config.h"
#include "intake/pass.h"
#include "mailbox/mailbox.h"

namespace poller {

/// What a turn brought.
struct TurnResult {
  PassSummary summary;
  std::optional<Error> error;
  bool lease_held = false;  // another process works on the mailbox
  bool stopped = false;     // we are to end, and have not waited for the server any longer
  bool reached = false;     // the server was spoken to
  bool watching = false;    // the session is left waiting for news
  std::chrono::duration<double> took{0};
};

/// Belongs to the scheduler's loop, but while `place` is running to the worker that runs it.
struct Entry {
  enum class Place { resting, queued, running, watching };
  using Time = std::chrono::steady_clock::time_point;

  const config::Mailbox* mailbox = nullptr;
  std::unique_ptr<Mailbox> session;
  Place place = Place::resting;
  Time due{};  // resting: the next turn; watching: the renewal
  Time watching_since{};
  Time retry_at{};  // after a refused sign-in: the next try even if nobody signs in
  bool waits_for_sign_in = false;
  std::string sign_in_mark;
  bool refresh_token = false;  // the server has expired or refused the one in memory
  int failures = 0;            // in a row
  UnixTime failing_since = 0;  // the first of them
  Repeated said;               // the error of the last turns
  TurnResult result;
};

}  // namespace poller
