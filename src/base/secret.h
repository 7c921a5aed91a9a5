// A value that must never be printed: tokens, passwords, keys.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace poller {

/// Holds secret bytes and wipes them when it goes. It has no conversion to a string, no stream operator and no
/// formatter, so printing it does not compile; `reveal()` names the few places that hand it to a library.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(value_); }

  [[nodiscard]] std::string_view reveal() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return value_.size(); }

  /// Overwrites the bytes of a string in place (all of its capacity) and empties it.
  static void wipe(std::string& value) noexcept;

 private:
  std::string value_;
};

}  // namespace poller
