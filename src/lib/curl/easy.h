// An easy handle with the settings that every connection of ours shares.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "lib/curl/failure.h"
#include "lib/curl/library.h"

namespace poller::curl {

/// One connection, never reused. Verification of certificate and name is on and there is no way to turn it off.
class Easy {
 public:
  /// `protocols` is libcurl's allow-list, "https" or "imap,imaps".
  explicit Easy(const char* protocols);

  template <class T>
  void set(CURLoption option, T value) {
    check(library().curl_easy_setopt(handle_.get(), option, value));
  }
  template <class T>
  [[nodiscard]] T info(CURLINFO what) const {
    T value{};
    check(library().curl_easy_getinfo(handle_.get(), what, &value));
    return value;
  }

  /// `ca_file` is trusted beside the system's certificates. Throws Error(configuration) when it cannot be read.
  void trust(const std::string& ca_file);
  /// Empty: what the environment says.
  void use_proxy(const std::string& proxy);
  void connect_within(std::chrono::milliseconds time);

  /// What the last handshake showed; empty before it.
  [[nodiscard]] const Handshake& handshake() const noexcept { return *seen_; }
  [[nodiscard]] CURL* get() const noexcept { return handle_.get(); }
  /// curl_easy_perform(); the result goes to failure() when it is not CURLE_OK.
  [[nodiscard]] CURLcode perform();
  /// libcurl's own words for what went wrong last; may be empty.
  [[nodiscard]] std::string_view message() const noexcept { return message_.get(); }
  /// The Error for `code`.
  [[nodiscard]] Error failure(CURLcode code, const Peer& peer) const;

 private:
  static void check(CURLcode code);
  struct Cleanup {
    void operator()(CURL* handle) const noexcept { library().curl_easy_cleanup(handle); }
  };
  std::unique_ptr<Handshake> seen_;  // outlives the handle, which calls back into it
  std::unique_ptr<bool> starved_;    // likewise: whether descriptors had run out when a connection was given up
  std::string ca_file_;
  std::unique_ptr<char[]> message_;  // CURLOPT_ERRORBUFFER
  std::unique_ptr<CURL, Cleanup> handle_;
};

}  // namespace poller::curl
