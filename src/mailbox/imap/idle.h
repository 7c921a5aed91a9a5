// IDLE (RFC 2177): the server tells of news.
#pragma once

#include <chrono>
#include <string>

#include "mailbox/imap/session.h"

namespace poller::imap {

class Idle {
 public:
  explicit Idle(Session& session) : session_(session) {}

  /// False where the server has no IDLE, or refuses it.
  bool begin();
  /// Reads what has come, without waiting. True when mails have arrived since Session::forget_news().
  bool has_news();
  /// DONE; the session is free for commands again. Safe when not begun.
  void end();
  /// DONE, and no wait for its answer: LOGOUT follows.
  void leave();
  /// begin(), has_news() until it is true or the time is over, end().
  bool wait(std::chrono::milliseconds timeout);

 private:
  Session& session_;
  std::string tag_;  // of the running IDLE; empty: none
  bool refused_ = false;
};

}  // namespace poller::imap
