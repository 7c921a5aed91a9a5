#include "oauth/token_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "base/log.h"
#include "base/steps.h"
#include "lib/curl/https.h"
#include "lib/openssl/random.h"
#include "oauth/endpoints.h"

namespace poller::oauth {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{1'000};
constexpr std::chrono::seconds kLongestInPlace{10};  // a longer Retry-After is for the caller to keep

milliseconds jittered(milliseconds wait) {
  const auto byte = static_cast<unsigned char>(random_bytes(1)[0]);
  return wait / 2 + wait * byte / 255;
}

// How long to wait before another try, or nothing when another try makes no sense.
std::optional<milliseconds> wait_after(const Refusal& refusal, const Diagnosis& diagnosis, int tried) {
  if (diagnosis.remedy == Remedy::throttled) {
    if (!refusal.retry_after || *refusal.retry_after > kLongestInPlace) return std::nullopt;
    return *refusal.retry_after;
  }
  if (diagnosis.remedy != Remedy::retry) return std::nullopt;
  if (refusal.retry_after && *refusal.retry_after > kLongestInPlace) return std::nullopt;
  if (refusal.retry_after) return *refusal.retry_after;
  return jittered(kFirstWait * (1 << tried));
}

bool passes(ErrorKind kind) { return kind == ErrorKind::unreachable || kind == ErrorKind::temporary; }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

Sleep real_sleep() {
  return [](milliseconds wait) { std::this_thread::sleep_for(wait); };
}

TokenAnswer request_token(Http& http, const std::string& endpoint, const std::function<Form()>& make_form,
                          config::Preset preset, const RequestPolicy& policy) {
  const auto end = policy.clock->steady() + policy.deadline;
  for (int tried = 0;; ++tried) {
    const auto again_after = [&](milliseconds wait, std::string_view why) {
      if (tried + 1 >= policy.tries || policy.clock->steady() + wait >= end) return false;
      log::info("the token endpoint is asked again",
                {{"host", host_of(endpoint)}, {"in_ms", wait.count()}, {"why", why}});
      policy.sleep(wait);
      return true;
    };
    try {
      const Form form = make_form();
      step("token request");
      TokenAnswer answer = read_token_answer(http.post_form(endpoint, form.body()), form.secrets());
      const Refusal* const refusal = std::get_if<Refusal>(&answer);
      if (refusal == nullptr) return answer;
      const auto wait = wait_after(*refusal, diagnose(*refusal, preset), tried);
      if (!wait || !again_after(*wait, to_line(*refusal))) return answer;
    } catch (const LastingFailure&) {
      throw;
    } catch (const Error& error) {
      if (!passes(error.kind()) || !again_after(jittered(kFirstWait * (1 << tried)), error.what())) throw;
    }
  }
}

Error refusal_error(const Refusal& refusal, const Diagnosis& diagnosis, const std::string& user,
                    const std::string& endpoint) {
  Error error(error_kind_of(diagnosis.remedy),
              fmt::format("{} gave no token for {}: {}", host_of(endpoint), user, to_line(refusal)), diagnosis.advice);
  if (refusal.retry_after) error.set_retry_after(*refusal.retry_after);
  return error;
}

std::string with_commands(std::string advice, const std::string& mailbox) {
  replace_all(advice, "{login}", "poller login " + mailbox);
  replace_all(advice, "{logout}", "poller logout " + mailbox);
  replace_all(advice, "{check}", "poller check --online " + mailbox);
  return advice;
}

Error for_mailbox(const Error& error, const std::string& mailbox) {
  Error out(error.kind(), error.what(), with_commands(error.advice(), mailbox));
  if (error.retry_after()) out.set_retry_after(*error.retry_after());
  return out;
}

}  // namespace poller::oauth
