// One question to a token endpoint, asked again while the trouble is a passing one.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "oauth/http.h"
#include "oauth/remedy.h"
#include "oauth/token_answer.h"

namespace poller::oauth {

using Sleep = std::function<void(std::chrono::milliseconds)>;

/// The machine's own sleep.
Sleep real_sleep();

struct RequestPolicy {
  const Clock* clock = &system_clock();
  Sleep sleep = real_sleep();
  std::chrono::milliseconds deadline{60'000};  // no try begins after it
  int tries = 4;
};

/// POSTs what `make_form` gives (anew for each try: an assertion may be used once) until the answer is a grant or a
/// refusal that waiting does not mend, or time or tries are up; then the last refusal is returned, or the last Error
/// thrown. 5xx, 429, temporarily_unavailable, transient AADSTS numbers and failed connections are tried again after 1,
/// 2, 4, … seconds, each between half and one and a half times that, or after Retry-After where the server gave a short
/// one.
TokenAnswer request_token(Http& http, const std::string& endpoint, const std::function<Form()>& make_form,
                          config::Preset preset, const RequestPolicy& policy);

/// The Error for a refusal: what was refused to whom, the provider's own words, and the advice. "{login}" in the advice
/// is left for the caller, who knows the mailbox. Sets retry_after().
Error refusal_error(const Refusal& refusal, const Diagnosis& diagnosis, const std::string& user,
                    const std::string& endpoint);

/// "{login}", "{logout}" and "{check}" replaced by the commands for that mailbox.
std::string with_commands(std::string advice, const std::string& mailbox);
/// The error with its advice so.
Error for_mailbox(const Error& error, const std::string& mailbox);

}  // namespace poller::oauth
