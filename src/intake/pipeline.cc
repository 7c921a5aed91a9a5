#include "intake/pipeline.h"

#include <chrono>
#include <exception>
#include <thread>

#include "intake/bounded_queue.h"
#include "lib/openssl/digest.h"

namespace poller {
namespace {

constexpr std::size_t kRawBudget = 24 * 1024 * 1024;        // bytes fetched and not yet parsed
constexpr std::size_t kProcessedBudget = 24 * 1024 * 1024;  // bytes parsed and not yet committed
constexpr std::size_t kGroup = 100;                         // mails of one transaction
constexpr std::chrono::seconds kTellsWaiting{1};

std::size_t weight(const Processed& p) {
  return p.packed.bytes.size() + p.mail.text.size() * 2 + (p.mail.html ? p.mail.html->size() : 0) + 4096;
}

}  // namespace

void run_pipeline(const Producer& produce, const std::function<Processed(RawMail&&)>& process,
                  const std::function<void(std::vector<Processed>&&)>& consume, const std::function<void()>& waiting) {
  BoundedQueue<RawMail> raw(kRawBudget);
  BoundedQueue<Processed> ready(kProcessedBudget);
  std::stop_source ended;  // nothing is taken any more
  std::exception_ptr produce_error, process_error, consume_error;

  std::thread producer([&] {
    try {
      const MailSink sink = [&raw](RawMail&& mail) {
        mail.sha256 = sha256_hex(mail.bytes);  // here, because parsing is what takes longest
        const std::size_t bytes = mail.bytes.size() + 512;
        return raw.push(std::move(mail), bytes);
      };
      produce(sink, ended.get_token());
    } catch (...) {
      produce_error = std::current_exception();
    }
    raw.close();
  });
  const auto process_all = [&] {
    try {
      while (auto mail = raw.pop()) {
        Processed done = process(std::move(*mail));
        const std::size_t bytes = weight(done);
        if (!ready.push(std::move(done), bytes)) break;
      }
    } catch (...) {
      process_error = std::current_exception();
    }
    raw.cancel();
    ended.request_stop();
    ready.close();
  };
  std::thread processor;
  try {
    processor = std::thread(process_all);
  } catch (...) {  // the machine has no more threads to give
    raw.cancel();
    ended.request_stop();
    producer.join();
    throw;
  }
  try {
    for (;;) {
      while (waiting && !ready.wait_for(kTellsWaiting)) waiting();
      auto group = ready.pop_some(kGroup);
      if (group.empty()) break;
      consume(std::move(group));
    }
  } catch (...) {
    consume_error = std::current_exception();
    ready.cancel();
    raw.cancel();
  }
  processor.join();
  producer.join();
  for (const auto& error : {consume_error, process_error, produce_error}) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace poller
