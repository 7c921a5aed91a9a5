#include "service/scheduler.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "intake/pass.h"
#include "service/mailbox_status.h"

namespace poller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLongestBackoff{3600};
constexpr seconds kSignInCheck{60};  // how often a mailbox that waits for a sign-in looks whether there was one

// How long a mailbox rests after its n-th failure in a row.
milliseconds rest_after(const Error& error, int failures, seconds interval) {
  if (error.retry_after()) return *error.retry_after();
  if (error.kind() == ErrorKind::sign_in) return kSignInCheck;
  const auto doubled = interval * (1 << std::min(failures, 8));
  return std::min<milliseconds>(doubled, kLongestBackoff);
}

// So that a hundred mailboxes do not knock at the same moment.
milliseconds with_jitter(milliseconds time) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<milliseconds::rep> spread(-time.count() / 10, time.count() / 10);
  return time + milliseconds(spread(random));
}

class Scheduler {
 public:
  Scheduler(const config::Config& config, const SchedulerHooks& hooks, const std::stop_token& stop)
      : config_(config), hooks_(hooks), outside_stop_(stop) {}

  void run(const std::string& only_mailbox) {
    const std::stop_callback forward(outside_stop_, [this] { stop_all(); });
    std::vector<std::jthread> threads;
    for (const auto& mailbox : config_.mailboxes) {
      if (!only_mailbox.empty() && mailbox.name != only_mailbox) continue;
      threads.emplace_back([this, &mailbox] { serve(mailbox); });
    }
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void serve(const config::Mailbox& mailbox) {
    try {
      const auto store = hooks_.open_store();
      for (int failures = 0; !stop_.stop_requested();) pause(one_pass(*store, mailbox, failures));
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      stop_.request_stop();
      wake_.notify_all();
    }
  }

  milliseconds one_pass(Store& store, const config::Mailbox& mailbox, int& failures) {
    PassOptions options;
    options.stop = stop_.get_token();
    options.on_mail = [&](const MailEvent& event) {
      if (hooks_.on_mail) hooks_.on_mail(mailbox, event);
    };
    try {
      (void)run_pass(store, config_, mailbox, hooks_.sessions(mailbox), system_clock(), options);
      failures = 0;
      const auto rest = with_jitter(mailbox.poll_every);
      note(store, mailbox, nullptr, rest);
      return rest;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::storage) throw;
      const auto rest = with_jitter(rest_after(error, failures++, mailbox.poll_every));
      log::error(error.what(), {{"mailbox", mailbox.name},
                                {"kind", to_string(error.kind())},
                                {"advice", error.advice()},
                                {"next_try_seconds", rest.count() / 1000}});
      note(store, mailbox, &error, rest);
      return rest;
    }
  }

  static void note(Store& store, const config::Mailbox& mailbox, const Error* error, milliseconds rest) {
    const UnixTime now = system_clock().unix_now();
    remember_status(store, mailbox, error, now, now + rest.count() / 1000);
  }

  void pause(milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, time, [this] { return stop_.stop_requested(); });
  }

  void stop_all() {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
    wake_.notify_all();
  }

  const config::Config& config_;
  const SchedulerHooks& hooks_;
  const std::stop_token& outside_stop_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::exception_ptr failure_;
};

}  // namespace

void run_scheduler(const config::Config& config, const SchedulerHooks& hooks, const std::stop_token& stop,
                   const std::string& only_mailbox) {
  Scheduler(config, hooks, stop).run(only_mailbox);
}

}  // namespace poller
