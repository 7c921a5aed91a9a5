#include "lib/openssl/failure.h"

#include <fmt/format.h>
#include <openssl/err.h>

namespace poller::openssl {

void fail(const char* tried, ErrorKind kind) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  throw Error(kind, fmt::format("cannot {}: {}", tried, reason != nullptr ? reason : "no reason given by OpenSSL"));
}

}  // namespace poller::openssl
