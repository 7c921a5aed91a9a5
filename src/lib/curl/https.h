// HTTPS for token endpoints: one request, one answer, no redirects.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace poller {

struct HttpOptions {
  std::string ca_file;  // trusted beside the system's certificates; empty for none
  std::string proxy;    // URL; empty: what the environment says
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_body = std::size_t{1024} * 1024;
};

/// A failure that another try meets again until a person has acted, although its kind is one that mostly passes: a
/// certificate that is refused, a proxy that wants a password.
class LastingFailure : public Error {
 public:
  explicit LastingFailure(const Error& error) : Error(error) {}
};

struct HttpResponse {
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; of repeated ones the last
  std::string body;                            // may hold tokens: wipe it (Secret::wipe) when it is read
  std::string content_type;                    // the header's value, as it came
};

/// POSTs `body` as application/x-www-form-urlencoded. `url` is https://, or http:// on a loopback address (then never
/// through a proxy). Any status is an answer. Throws Error: unreachable, temporary (broken off, or too slow), limit
/// (longer than max_body), configuration (another kind of URL); some as LastingFailure. Neither body is ever logged or
/// copied.
HttpResponse http_post_form(const HttpOptions& options, const std::string& url, std::string_view body);

/// The same without a body.
HttpResponse http_get(const HttpOptions& options, const std::string& url);

}  // namespace poller
