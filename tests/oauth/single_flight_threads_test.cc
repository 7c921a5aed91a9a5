// One refresh at a time, whoever asks: a provider with reuse detection ends the whole grant at the first double one.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <thread>

#include "base/error.h"
#include "oauth/sign_in.h"
#include "real_provider.h"

namespace poller::oauth {
namespace {

constexpr int kThreads = 32;

// Every thread wants another token than the one it had, `rounds` times. The number of failures.
int hammer(TokenSources& sources, int threads, int rounds) {
  std::atomic<int> failures{0};
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        try {
          if (sources.for_mailbox("support").access_token(round > 0).empty()) ++failures;
        } catch (const Error&) {
          ++failures;
        }
      }
    });
  }
  for (std::thread& thread : all) thread.join();
  return failures;
}

// The same in a process of its own.
pid_t hammer_in_child(const config::Config& config) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  TokenSources sources(config);
  int failures = 0;
  for (int round = 0; round < 6; ++round) failures += hammer(sources, 1, 2);
  ::_exit(failures == 0 ? 0 : 1);
}

}  // namespace

TEST_CASE("32 threads that want a token at once get one and the same, by one refresh") {
  TokenTest t;
  t.sign_in("refresh-1");
  std::atomic<int> answered{0};
  t.provider.handler = [&](const Asked&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return grant_answer("access-" + std::to_string(++answered), "refresh-2");
  };
  const auto sources = t.new_process();
  CHECK(hammer(*sources, kThreads, 1) == 0);
  CHECK(answered == 1);
}

TEST_CASE("who waited for a refresh that failed gets its error, not a try of their own") {
  TokenTest t;
  t.sign_in("refresh-1");
  std::atomic<int> asked{0};
  t.provider.handler = [&](const Asked&) {
    ++asked;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return entra_refusal("invalid_client", 7000215, 401);
  };
  const auto sources = t.new_process();
  CHECK(hammer(*sources, kThreads, 1) == kThreads);
  CHECK(asked == 1);
}

TEST_CASE("two processes and 32 threads live on one grant, with reuse detection on") {
  support::OAuthServer server;
  TempFolder folder;
  const auto config = config_for(server, folder.path());
  import_refresh_token(config, "support", Secret(server.mint("helpdesk@contoso.com").refresh_token));
  const pid_t one = hammer_in_child(config), two = hammer_in_child(config);
  TokenSources sources(config);
  CHECK(hammer(sources, kThreads, 3) == 0);
  for (const pid_t child : {one, two}) {
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  CHECK_FALSE(sources.for_mailbox("support").access_token(true).empty());
  for (const auto& request : server.requests()) CHECK_MESSAGE(request.ok, request.error);
}

}  // namespace poller::oauth
