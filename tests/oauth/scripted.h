// A provider, a clock and a configuration for the OAuth tests, all in memory.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "oauth/http.h"
#include "oauth/token_source.h"
#include "oauth/vault.h"

namespace poller::oauth {

class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Stands still until it is moved; sleeping moves it.
class TestClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(ms_.load()));
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(ms_.load()));
  }
  void advance(std::chrono::milliseconds by) { ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> ms_{1'790'000'000'000};
};

/// What was asked of the provider, its form taken apart.
struct Asked {
  std::string url;
  std::map<std::string, std::string> form;  // empty for GET
};

/// Answers whatever `handler` says, and keeps what was asked.
class ScriptedProvider {
 public:
  using Handler = std::function<HttpAnswer(const Asked&)>;
  Handler handler;
  std::vector<Asked> asked;

  [[nodiscard]] std::unique_ptr<Http> http();
  HttpAnswer answer(Asked question);
  [[nodiscard]] std::size_t count() const;

 private:
  mutable std::mutex mutex_;
};

HttpAnswer json_answer(int status, const std::string& json);
/// As Entra answers a refresh: 200 with both tokens.
HttpAnswer grant_answer(const std::string& access, const std::string& refresh, int expires_in = 3600,
                        const std::string& scope = "");
/// As Entra refuses: 400 with error, the AADSTS number and the trace lines.
HttpAnswer entra_refusal(const std::string& error, int code, int status = 400);

/// A Microsoft 365 mailbox "support" of support@contoso.com, its vault below `folder`, the key given in place.
config::Config test_config(const std::filesystem::path& folder);
config::SecretRef literal_secret(const std::string& text);

/// What `call` throws; one of kind `ours` when it throws nothing.
Error failure_of(const std::function<void()>& call);

/// Everything one token test needs: a signed-in account, the provider, the sources.
struct TokenTest {
  TokenTest();
  void sign_in(const std::string& refresh_token, const std::function<void(VaultEntry&)>& change = {});
  [[nodiscard]] VaultEntry entry(const std::string& mailbox = "support");
  /// Sources as a new process would have them.
  [[nodiscard]] std::unique_ptr<TokenSources> new_process();
  TokenSource& source();

  TempFolder folder;
  TestClock clock;
  config::Config config;
  ScriptedProvider provider;
  std::vector<std::string> results;  // what `refreshed` was told

 private:
  std::unique_ptr<TokenSources> sources_;
};

}  // namespace poller::oauth
