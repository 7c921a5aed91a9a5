// What comes again and again is said at its first, second, fourth, eighth … time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace poller {

/// One place where something comes again and again: the failed passes of a mailbox.
class Repeated {
 public:
  /// Whether it is what came last. Digits are disregarded: a server's wish to wait, a number of its session.
  [[nodiscard]] bool is_same(std::string_view kind, std::string_view text) const;
  /// It has come; true when it is to be said.
  bool note(std::string_view kind, std::string_view text, UnixTime now);
  void forget() { *this = {}; }

  [[nodiscard]] int times() const { return times_; }       // in a row; 0: never
  [[nodiscard]] UnixTime since() const { return since_; }  // the first of them
  [[nodiscard]] int unsaid() const { return unsaid_; }     // that came after the last one said
  [[nodiscard]] UnixTime said_at() const { return said_at_; }
  [[nodiscard]] const std::string& kind() const { return kind_; }
  [[nodiscard]] const std::string& text() const { return text_; }  // as it came last

 private:
  std::string kind_;
  std::string text_;
  int times_ = 0;
  int unsaid_ = 0;
  UnixTime since_ = 0;
  UnixTime said_at_ = 0;
};

namespace log {

/// How often it has come in a row, and since when.
struct Repetition {
  int times = 0;
  UnixTime since = 0;
};

/// The same for what the passes over a mailbox warn of, each of which begins anew. `topic` is one of few words.
/// Nothing: it is not to be said this time. Safe from any thread.
std::optional<Repetition> to_be_said(const std::string& mailbox, const std::string& topic, std::string_view text);
/// The topic's trouble is over: how long it lasted; nothing where there was none.
std::optional<Repetition> over(const std::string& mailbox, const std::string& topic);

}  // namespace log
}  // namespace poller
