// The word for an error, the same in log lines and in the label `kind` of the metrics.
#pragma once

#include "base/error.h"

namespace poller {

/// "throttled" where the server wants to be asked less, whether it says for how long or not; else the kind's word.
inline const char* error_word(const Error& error) noexcept {
  return error.retry_after() ? "throttled" : to_string(error.kind());
}

}  // namespace poller
