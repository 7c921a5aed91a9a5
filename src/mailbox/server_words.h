// What mail servers say to people, made fit for a log, whatever the protocol.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "lib/curl/handshake.h"

namespace poller {

/// The server's words, fit for a log: one line, valid UTF-8, not endless.
std::string shown_text(std::string_view raw);

/// "Suggested Backoff Time: 92415 milliseconds" (Exchange Online) as a duration, at most a day.
std::optional<std::chrono::milliseconds> suggested_wait(std::string_view text);

/// The Error for words that ask for less; nothing where they do not. A server that does not say for how long is given
/// retry_after() 0.
std::optional<Error> throttling(std::string_view said, const std::string& what);

/// TLS version, cipher and certificate in a line.
std::string tls_detail(const curl::Handshake& tls);

}  // namespace poller
