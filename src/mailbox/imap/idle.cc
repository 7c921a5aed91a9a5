#include "mailbox/imap/idle.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "mailbox/imap/refusal.h"

namespace poller::imap {
namespace {

// A response that has begun must be whole by then: whoever watches many mailboxes cannot wait for one.
constexpr std::chrono::milliseconds kRestOfResponse{1000};

}  // namespace

bool Idle::begin() {
  if (!tag_.empty()) return true;
  if (refused_ || !session_.can("IDLE")) return false;
  tag_ = session_.send("IDLE");
  for (;;) {
    const Response response = session_.next();
    if (response.kind == Response::Kind::continuation) return true;
    if (response.kind == Response::Kind::tagged && response.tag == tag_) {
      log::debug("imap: the server refuses IDLE", {{"text", shown_text(response.line.text)}});
      refused_ = true;
      tag_.clear();
      return false;
    }
  }
}

bool Idle::has_news() {
  session_.allow(kRestOfResponse);
  while (!tag_.empty() && session_.response_is_here()) {
    const Response response = session_.next();
    if (response.kind == Response::Kind::tagged && response.tag == tag_) {
      tag_.clear();  // the server has ended it by itself: whatever the reason, look again
      return true;
    }
  }
  return session_.news();
}

void Idle::end() {
  if (tag_.empty()) return;
  session_.send_line("DONE", "DONE");
  const std::string tag = std::exchange(tag_, {});
  const StatusLine line = session_.wait(tag);
  if (line.status != Status::ok) throw refusal(line, "to end IDLE", ErrorKind::temporary);
}

void Idle::leave() {
  if (tag_.empty()) return;
  tag_.clear();
  session_.send_line("DONE", "DONE");
}

bool Idle::wait(std::chrono::milliseconds timeout) {
  if (session_.news()) return true;
  if (!begin()) return false;
  const SteadyTime until = std::chrono::steady_clock::now() + std::min(timeout, session_.deadlines().idle_renew);
  bool news = has_news();
  while (!news && !tag_.empty() && session_.transport().readable(until)) news = has_news();
  end();
  return news || session_.news();
}

}  // namespace poller::imap
