#include "service/scheduler.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/log.h"
#include "service/backoff.h"
#include "service/entry.h"
#include "service/error_word.h"
#include "service/mailbox_status.h"
#include "service/turn.h"
#include "service/watch.h"
#include "service/workers.h"

namespace poller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SchedulerTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kMostThreads = 16;
constexpr seconds kLoopTurn{10};       // the loop turns at least so often
constexpr seconds kLooksForSignIn{5};  // how often a mailbox that waits for a person looks whether one has signed in
constexpr seconds kShortWatch{30};     // a server that ends IDLE sooner is asked by the schedule
constexpr std::chrono::minutes kStuck{15};

SchedulerTime steady_now() { return std::chrono::steady_clock::now(); }

class Scheduler {
 public:
  Scheduler(const config::Config& config, const SchedulerHooks& hooks, const std::stop_token& stop,
            const std::string& only_mailbox)
      : config_(config), hooks_(hooks), stop_(stop), store_(hooks.open_store()) {
    const auto waits = waits_asked_for();
    for (const auto& mailbox : config_.mailboxes) {
      if (!only_mailbox.empty() && mailbox.name != only_mailbox) continue;
      auto& entry = *entries_.emplace_back(std::make_unique<Entry>());
      entry.mailbox = &mailbox;
      const auto wait = waits.find(mailbox.name);
      set_due(entry, steady_now() + (wait == waits.end() ? seconds(0) : say_wait(mailbox, wait->second)));
    }
    std::set<std::string> hosts;
    for (const auto& entry : entries_) hosts.insert(entry->mailbox->server.host);
    Workers::Options options;
    options.threads = std::min(entries_.size(), kMostThreads);
    if (hosts.size() > 1) options.most_on_server = (options.threads + 1) / 2;
    options.open_store = hooks.open_store;
    options.turn = [this](Store& store, Entry& entry) {
      take_turn(store, entry, config_, hooks_, pass_stop_.get_token());
    };
    options.on_done = [this] { watch_.wake(); };
    workers_ = std::make_unique<Workers>(std::move(options));
  }

  ~Scheduler() {
    pass_stop_.request_stop();
    workers_->finish();
    for (auto& entry : entries_) {
      if (entry->session) entry->session->abandon();  // two thousand farewells would take too long
    }
  }

  void run() {
    const std::stop_callback forward(stop_, [this] {
      pass_stop_.request_stop();
      watch_.wake();
    });
    while (!stop_.stop_requested()) {
      for (Entry* entry : workers_->collect()) take_back(*entry);
      start_due();
      tell_alive();
      for (Entry* entry : watch_.wait(until_next())) look(*entry);
    }
    // Before a reload a mail in hand may take longer than the watchdog waits.
    workers_->finish([this] { tell_alive(); });
    for (Entry* entry : workers_->collect()) take_back(*entry);
  }

 private:
  void tell_alive() {
    if (hooks_.alive && workers_->longest_silence() < kStuck) hooks_.alive();
  }

  // What servers have asked for before a reload or a restart, by mailbox.
  std::map<std::string, seconds> waits_asked_for() {
    const UnixTime now = system_clock().unix_now();
    std::map<std::string, seconds> out;
    for (const auto& status : store_->mailbox_statuses()) {
      if (const auto until = asked_to_wait_until(status, now)) out[status.name] = seconds(*until - now);
    }
    return out;
  }

  static seconds say_wait(const config::Mailbox& mailbox, seconds wait) {
    log::info("the server has asked to wait", {{"mailbox", mailbox.name}, {"next_try_seconds", wait.count()}});
    return wait;
  }

  void set_due(Entry& entry, SchedulerTime time) {
    due_.erase({entry.due, &entry});
    entry.due = time;
    due_.insert({time, &entry});
  }

  void enqueue(Entry& entry, bool urgent) {
    due_.erase({entry.due, &entry});
    workers_->add(entry, urgent);
  }

  milliseconds until_next() const {
    if (due_.empty()) return kLoopTurn;
    const auto left = std::chrono::ceil<milliseconds>(due_.begin()->first - steady_now());
    return std::clamp<milliseconds>(left, milliseconds(0), kLoopTurn);
  }

  void start_due() {
    const SchedulerTime now = steady_now();
    while (!due_.empty() && due_.begin()->first <= now) {
      Entry& entry = *due_.begin()->second;
      if (!may_fetch()) {
        set_due(entry, now + kLoopTurn);
      } else if (entry.waits_for_sign_in && now < entry.retry_at && mark_of(entry) == entry.sign_in_mark) {
        set_due(entry, now + kLooksForSignIn);
      } else {
        if (entry.place == Entry::Place::watching) watch_.remove(entry.session->descriptor());
        enqueue(entry, false);
      }
    }
  }

  bool may_fetch() const { return !hooks_.may_fetch || hooks_.may_fetch(); }

  std::string mark_of(const Entry& entry) const {
    return hooks_.sign_in_mark ? hooks_.sign_in_mark(*entry.mailbox) : std::string();
  }

  // A watched connection has something to say.
  void look(Entry& entry) {
    if (entry.place != Entry::Place::watching) return;
    const int descriptor = entry.session->descriptor();
    try {
      if (!entry.session->has_news()) return;
      watch_.remove(descriptor);
      if (may_fetch()) {
        enqueue(entry, true);
      } else {
        set_due(entry, steady_now() + kLoopTurn);
      }
    } catch (const Error& error) {
      watch_.remove(descriptor);
      watch_ended(entry, error);
    }
  }

  // The server has ended the session while nothing was going on. Mostly that means nothing but: connect again.
  void watch_ended(Entry& entry, const Error& error) {
    log::debug("the server ended the session", {{"mailbox", entry.mailbox->name}, {"reason", error.what()}});
    entry.session->abandon();
    entry.session.reset();
    entry.place = Entry::Place::resting;
    entry.refresh_token = says_token_expired(error);
    const SchedulerTime now = steady_now();
    if (error.retry_after()) {
      entry.result = TurnResult{};
      entry.result.error = error;
      take_back(entry);
    } else if (now - entry.watching_since >= kShortWatch) {
      enqueue(entry, true);
    } else {
      set_due(entry, now + with_jitter(entry.mailbox->poll_every));
    }
  }

  void take_back(Entry& entry) {
    entry.place = Entry::Place::resting;
    entry.waits_for_sign_in = false;
    if (entry.result.stopped) {
      log::info("stopped in mid-pass", {{"mailbox", entry.mailbox->name}});
      return;
    }
    const milliseconds rest = entry.result.error ? after_failure(entry) : after_success(entry);
    set_due(entry, steady_now() + (entry.waits_for_sign_in ? std::min<milliseconds>(rest, kLooksForSignIn) : rest));
    if (entry.result.lease_held) return;
    const Error* error = entry.result.error ? &*entry.result.error : nullptr;
    const UnixTime now = system_clock().unix_now();
    remember_status(*store_, *entry.mailbox, error, now, now + rest.count() / 1000, entry.result.summary.lag_seconds);
    if (hooks_.on_turn)
      hooks_.on_turn({*entry.mailbox, entry.result.summary, error, entry.result.watching, rest, entry.result.took});
  }

  milliseconds after_success(Entry& entry) {
    tell_unsaid(entry);
    if (entry.failures > 0) tell_works_again(entry);
    entry.failures = 0;
    entry.said.forget();
    if (entry.result.summary.more) return milliseconds(0);
    if (!entry.result.watching) return with_jitter(entry.mailbox->poll_every);
    return begin_watching(entry);
  }

  milliseconds begin_watching(Entry& entry) {
    try {
      if (entry.session->has_news()) return milliseconds(0);  // it came while nobody looked
      watch_.add(entry.session->descriptor(), entry);
    } catch (const Error& error) {
      log::debug("the server ended the session", {{"mailbox", entry.mailbox->name}, {"reason", error.what()}});
      entry.session->abandon();
      entry.session.reset();
      entry.refresh_token = says_token_expired(error);
      return with_jitter(entry.mailbox->poll_every);
    }
    entry.place = Entry::Place::watching;
    entry.watching_since = steady_now();
    // A folder is looked through by the schedule all the same: a network's file system tells the kernel nothing.
    return with_jitter(entry.mailbox->protocol == config::Protocol::directory ? entry.mailbox->poll_every
                                                                              : config_.deadlines.idle_renew);
  }

  milliseconds after_failure(Entry& entry) {
    const Error& error = *entry.result.error;
    if (entry.result.lease_held) {
      say(entry, error, LogLevel::info, entry.mailbox->poll_every);
      return with_jitter(entry.mailbox->poll_every);
    }
    if (entry.failures++ == 0) entry.failing_since = system_clock().unix_now();
    const milliseconds rest = rest_after(error, entry.failures, entry.mailbox->poll_every, entry.result.reached);
    say(entry, error, LogLevel::error, rest);
    // A provider that refuses the app is a fault of the configuration, and a new sign-in may mend it as well.
    entry.waits_for_sign_in = error.kind() == ErrorKind::sign_in || error.kind() == ErrorKind::configuration;
    // The server has refused the token in memory: to try it first would be one more refused sign-in.
    if (error.kind() == ErrorKind::sign_in) entry.refresh_token = true;
    entry.sign_in_mark = mark_of(entry);
    entry.retry_at = steady_now() + rest;
    return rest;
  }

  // The same error is said at its first, second, fourth, eighth … time.
  void say(Entry& entry, const Error& error, LogLevel level, milliseconds rest) {
    const char* kind = error_word(error);
    if (!entry.said.is_same(kind, error.what())) tell_unsaid(entry);
    if (!entry.said.note(kind, error.what(), system_clock().unix_now())) return;
    log::write(level, error.what(),
               {{"mailbox", entry.mailbox->name},
                {"kind", kind},
                {"advice", error.advice()},
                {"times", entry.said.times()},
                {"since", rfc3339(entry.said.since())},
                {"next_try_seconds", std::chrono::duration_cast<seconds>(rest).count()}});
  }

  static void tell_unsaid(const Entry& entry) {
    const Repeated& said = entry.said;
    if (said.unsaid() == 0) return;
    log::info(fmt::format("{} more like this since {}", said.unsaid(), rfc3339(said.said_at())),
              {{"mailbox", entry.mailbox->name}, {"kind", said.kind()}, {"error", said.text()}});
  }

  static void tell_works_again(const Entry& entry) {
    log::info("works again", {{"mailbox", entry.mailbox->name},
                              {"failures", entry.failures},
                              {"kind", entry.said.kind()},
                              {"since", rfc3339(entry.failing_since)},
                              {"lasted_seconds", system_clock().unix_now() - entry.failing_since}});
  }

  const config::Config& config_;
  const SchedulerHooks& hooks_;
  const std::stop_token& stop_;
  std::stop_source pass_stop_;
  std::unique_ptr<Store> store_;  // the loop's own, for statuses
  Watch watch_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::set<std::pair<SchedulerTime, Entry*>> due_;  // resting and watching ones
  std::unique_ptr<Workers> workers_;
};

}  // namespace

seconds success_interval(const TurnReport& report, milliseconds idle_renew) {
  const seconds by_schedule = report.mailbox.poll_every;
  // A folder is looked through by the schedule all the same.
  if (!report.watching || report.mailbox.protocol == config::Protocol::directory) return by_schedule;
  return std::max(by_schedule, std::chrono::ceil<seconds>(idle_renew));
}

void run_scheduler(const config::Config& config, const SchedulerHooks& hooks, const std::stop_token& stop,
                   const std::string& only_mailbox) {
  Scheduler(config, hooks, stop, only_mailbox).run();
}

}  // namespace poller
