#include "service/turn.h"

#include "base/log.h"
#include "service/workers.h"

namespace poller {
namespace {

// A turn ends after so much, and its mailbox goes to the end of the queue.
constexpr std::chrono::seconds kTurnTime{20};
constexpr std::uint64_t kTurnBytes = std::uint64_t{256} * 1024 * 1024;

class TakenTurn {
 public:
  TakenTurn(Store& store, Entry& entry, const config::Config& config, const SchedulerHooks& hooks,
            const std::stop_token& stop)
      : store_(store), entry_(entry), config_(config), hooks_(hooks) {
    options_.stop = stop;
    options_.after = hooks.after;
    options_.rules = hooks.rules;
    options_.max_time = kTurnTime;
    options_.max_bytes = kTurnBytes;
    options_.on_mail = [this](const MailEvent& event) {
      Workers::progress();
      entry_.result.summary.add(event);
      if (hooks_.on_mail) hooks_.on_mail(*entry_.mailbox, event);
    };
    options_.on_progress = [](const PassProgress&) { Workers::progress(); };
  }

  void run() {
    const bool was_open = entry_.session != nullptr;
    try {
      pass();
    } catch (const Error& error) {
      // A connection that lay idle may be gone without a word: that is no failure of the mailbox.
      const bool stale = was_open && error.kind() == ErrorKind::temporary && !error.retry_after() &&
                         entry_.result.summary.mails == 0 && dynamic_cast<const LeaseHeld*>(&error) == nullptr;
      if (!stale || options_.stop.stop_requested()) throw;
      log::debug("the connection was gone: connecting again",
                 {{"mailbox", entry_.mailbox->name}, {"error", error.what()}});
      if (entry_.session) entry_.session->abandon();
      entry_.session.reset();
      pass();
    }
  }

 private:
  void pass() {
    if (entry_.session) entry_.session->end_watch();
    const SessionFactory factory = [this](bool refresh) {
      auto session = hooks_.sessions(*entry_.mailbox)(refresh);
      entry_.result.reached = true;
      return session;
    };
    entry_.result.summary = run_pass_on(entry_.session, store_, config_, *entry_.mailbox, factory, system_clock(),
                                        options_, std::exchange(entry_.refresh_token, false));
    Workers::progress();
    keep_or_close();
  }

  void keep_or_close() {
    const bool more = entry_.result.summary.more;
    if (options_.stop.stop_requested()) return entry_.session->close();
    if (more && entry_.mailbox->protocol == config::Protocol::imap) return;  // its next turn goes on here
    if (!more && entry_.mailbox->idle && entry_.session->begin_watch()) {
      entry_.result.watching = true;
      return;
    }
    entry_.session->close();
    entry_.session.reset();
  }

  Store& store_;
  Entry& entry_;
  const config::Config& config_;
  const SchedulerHooks& hooks_;
  PassOptions options_;
};

// Once we are to end, connections are broken off: what is said of them then is no word about the server.
bool may_come_of_our_stop(const Error& error) {
  return !error.retry_after() && (error.kind() == ErrorKind::temporary || error.kind() == ErrorKind::unreachable);
}

}  // namespace

void take_turn(Store& store, Entry& entry, const config::Config& config, const SchedulerHooks& hooks,
               const std::stop_token& stop) {
  entry.result = TurnResult{};
  struct Stopwatch {
    TurnResult& result;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    ~Stopwatch() { result.took = std::chrono::steady_clock::now() - start; }
  } const stopwatch{entry.result};
  try {
    TakenTurn(store, entry, config, hooks, stop).run();
    return;
  } catch (const LeaseHeld& held) {
    entry.result.lease_held = true;
    entry.result.error = held;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::storage) throw;
    entry.result.stopped = stop.stop_requested() && may_come_of_our_stop(error);
    if (!entry.result.stopped) entry.result.error = error;
  } catch (const std::exception& error) {
    entry.result.error = Error(ErrorKind::ours, std::string("a fault: ") + error.what());
  }
  if (entry.session) entry.session->abandon();
  entry.session.reset();
}

}  // namespace poller
