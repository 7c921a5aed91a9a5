#include "intake/pipeline.h"

#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "intake/bounded_queue.h"
#include "intake/turns.h"

namespace poller {
namespace {

constexpr std::size_t kRawBudget = 24 * 1024 * 1024;        // bytes fetched and not yet parsed
constexpr std::size_t kProcessedBudget = 24 * 1024 * 1024;  // bytes parsed and not yet committed
constexpr std::size_t kGroup = 100;                         // mails of one transaction
constexpr std::size_t kProcessors = 2;                      // a mail's processing costs up to twice its commit

std::size_t weight(const Processed& p) {
  return p.packed.bytes.size() + p.mail.text.size() * 2 + (p.mail.html ? p.mail.html->size() : 0) + 4096;
}

class Pipeline {
 public:
  using Produce = std::function<void(const MailSink&)>;
  using Process = std::function<Processed(RawMail&&)>;
  using Consume = std::function<void(std::vector<Processed>&&)>;

  Pipeline(const Produce& produce, const Process& process, const Consume& consume)
      : produce_(produce), process_(process), consume_(consume) {}

  void run() {
    std::thread producer([this] { produce_all(); });
    std::array<std::thread, kProcessors> processors;
    for (auto& processor : processors) processor = std::thread([this] { process_all(); });
    std::exception_ptr consume_error;
    try {
      for (auto group = ready_.pop_some(kGroup); !group.empty(); group = ready_.pop_some(kGroup)) {
        consume_(std::move(group));
      }
    } catch (...) {
      consume_error = std::current_exception();
      ready_.cancel();
      raw_.cancel();
    }
    for (auto& processor : processors) processor.join();
    producer.join();
    for (const auto& error : {consume_error, process_error_, produce_error_}) {
      if (error) std::rethrow_exception(error);
    }
  }

 private:
  struct Numbered {
    std::size_t number;
    RawMail mail;
  };

  void produce_all() {
    std::size_t number = 0;
    try {
      produce_([&](RawMail&& mail) {
        const std::size_t bytes = mail.bytes.size() + 512;
        return raw_.push({number++, std::move(mail)}, bytes);
      });
    } catch (...) {
      produce_error_ = std::current_exception();
    }
    raw_.close();
  }

  void process_all() {
    while (auto item = raw_.pop()) {
      if (process_one(*item)) continue;
      turns_.stop(item->number);
      raw_.cancel();
      break;
    }
    if (--processing_ == 0) ready_.close();
  }

  bool process_one(Numbered& item) {
    try {
      Processed done = process_(std::move(item.mail));
      const std::size_t bytes = weight(done);
      if (!turns_.wait_for(item.number) || !ready_.push(std::move(done), bytes)) return false;
      turns_.pass();
      return true;
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      if (!process_error_) process_error_ = std::current_exception();
      return false;
    }
  }

  const Produce& produce_;
  const Process& process_;
  const Consume& consume_;
  BoundedQueue<Numbered> raw_{kRawBudget};
  BoundedQueue<Processed> ready_{kProcessedBudget};
  Turns turns_;
  std::atomic<std::size_t> processing_ = kProcessors;
  std::mutex error_mutex_;
  std::exception_ptr produce_error_, process_error_;  // read when the threads have ended
};

}  // namespace

void run_pipeline(const std::function<void(const MailSink&)>& produce,
                  const std::function<Processed(RawMail&&)>& process,
                  const std::function<void(std::vector<Processed>&&)>& consume) {
  Pipeline(produce, process, consume).run();
}

}  // namespace poller
