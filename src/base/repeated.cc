#include "base/repeated.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>

#include "base/text.h"

namespace poller {
namespace {

std::string without_digits(std::string_view text) {
  std::string out;
  std::remove_copy_if(text.begin(), text.end(), std::back_inserter(out), text::is_digit);
  return out;
}

struct Memory {
  std::mutex mutex;  // guards topics
  std::map<std::pair<std::string, std::string>, Repeated> topics;
};

Memory& memory() {
  static Memory of_this_process;
  return of_this_process;
}

}  // namespace

bool Repeated::is_same(std::string_view kind, std::string_view text) const {
  return times_ > 0 && kind == kind_ && without_digits(text) == without_digits(text_);
}

bool Repeated::note(std::string_view kind, std::string_view text, UnixTime now) {
  if (!is_same(kind, text)) {
    forget();
    kind_ = kind;
    since_ = now;
  }
  text_ = text;
  ++times_;
  const bool is_power_of_two = (times_ & (times_ - 1)) == 0;
  unsaid_ = is_power_of_two ? 0 : unsaid_ + 1;
  if (is_power_of_two) said_at_ = now;
  return is_power_of_two;
}

std::optional<log::Repetition> log::to_be_said(const std::string& mailbox, const std::string& topic,
                                               std::string_view text) {
  const std::lock_guard lock(memory().mutex);
  Repeated& known = memory().topics[{mailbox, topic}];
  if (!known.note(topic, text, system_clock().unix_now())) return std::nullopt;
  return Repetition{known.times(), known.since()};
}

std::optional<log::Repetition> log::over(const std::string& mailbox, const std::string& topic) {
  const std::lock_guard lock(memory().mutex);
  const auto known = memory().topics.find({mailbox, topic});
  if (known == memory().topics.end()) return std::nullopt;
  const Repetition was{known->second.times(), known->second.since()};
  memory().topics.erase(known);
  return was;
}

}  // namespace poller
