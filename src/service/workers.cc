#include "service/workers.h"

#include <algorithm>
#include <atomic>

namespace poller {
namespace {

using Ticks = std::chrono::steady_clock::rep;

constexpr Ticks kIdle = 0;
constexpr std::chrono::seconds kTellsWaiting{1};

Ticks ticks_now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

thread_local std::atomic<Ticks>* own_progress = nullptr;

std::string server_of(const Entry& entry) {
  return entry.mailbox == nullptr ? std::string() : entry.mailbox->server.host;
}

}  // namespace

struct Workers::Thread {
  std::atomic<Ticks> last_progress{kIdle};
  std::thread thread;
};

Workers::Workers(Options options) : options_(std::move(options)) {
  const std::lock_guard lock(mutex_);  // the first thread counts its fellows while the last is still being made
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i) {
    auto& thread = *threads_.emplace_back(std::make_unique<Thread>());
    thread.thread = std::thread([this, &thread] { work(thread); });
  }
}

Workers::~Workers() { finish(); }

void Workers::add(Entry& entry, bool urgent) {
  const std::lock_guard lock(mutex_);
  entry.place = Entry::Place::queued;
  (urgent ? urgent_ : usual_).push_back(&entry);
  wake_.notify_one();
}

bool Workers::may_run(const Entry& entry) {
  const auto some = [](std::size_t count) { return std::max<std::size_t>(count, 1); };
  const std::size_t most = options_.most_on_server == 0 ? threads_.size() : options_.most_on_server;
  const Load& load = servers_[server_of(entry)];
  if (load.running >= some(most)) return false;
  return entry.failures == 0 || (load.failing < some(most / 2) && failing_running_ < some(threads_.size() * 3 / 4));
}

Entry* Workers::next() {
  for (auto* queue : {&urgent_, &usual_}) {
    for (auto it = queue->begin(); it != queue->end(); ++it) {
      if (!may_run(**it)) continue;
      Entry* entry = *it;
      queue->erase(it);
      return entry;
    }
  }
  return nullptr;
}

void Workers::work(Thread& self) {
  own_progress = &self.last_progress;
  std::unique_ptr<Store> store;
  std::unique_lock lock(mutex_);
  for (;;) {
    Entry* entry = nullptr;
    wake_.wait(lock, [&] { return over_ || (entry = next()) != nullptr; });
    if (over_) return;
    const bool failing = entry->failures > 0;
    ++running_;
    if (failing) ++failing_running_;
    const std::string server = server_of(*entry);
    servers_[server].running += 1;
    servers_[server].failing += failing ? 1 : 0;
    entry->place = Entry::Place::running;
    lock.unlock();
    self.last_progress = ticks_now();
    std::exception_ptr failure;
    try {
      if (!store) store = options_.open_store();
      options_.turn(*store, *entry);
    } catch (...) {
      failure = std::current_exception();
    }
    self.last_progress = kIdle;
    lock.lock();
    --running_;
    if (failing) --failing_running_;
    servers_[server].running -= 1;
    servers_[server].failing -= failing ? 1 : 0;
    done_.push_back(entry);
    if (failure && !failure_) failure_ = failure;
    if (failure) over_ = true;
    wake_.notify_all();
    lock.unlock();
    options_.on_done();
    lock.lock();
  }
}

std::vector<Entry*> Workers::collect() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  return std::exchange(done_, {});
}

void Workers::progress() noexcept {
  if (own_progress != nullptr) *own_progress = ticks_now();
}

std::chrono::milliseconds Workers::longest_silence() const {
  const Ticks now = ticks_now();
  Ticks longest = 0;
  for (const auto& thread : threads_) {
    const Ticks last = thread->last_progress;
    if (last != kIdle) longest = std::max(longest, now - last);
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::duration(longest));
}

void Workers::finish(const std::function<void()>& waiting) {
  {
    std::unique_lock lock(mutex_);
    over_ = true;
    wake_.notify_all();
    while (waiting && !wake_.wait_for(lock, kTellsWaiting, [this] { return running_ == 0; })) {
      lock.unlock();
      waiting();
      lock.lock();
    }
  }
  for (auto& thread : threads_) {
    if (thread->thread.joinable()) thread->thread.join();
  }
}

}  // namespace poller
