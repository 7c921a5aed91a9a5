// HTTPS for token endpoints: one request, one answer, no redirects.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace poller {

struct HttpOptions {
  std::string ca_file;  // trusted beside the system's certificates; empty for none
  std::string proxy;    // URL; empty: what the environment says
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_body = std::size_t{1024} * 1024;
};

struct HttpResponse {
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; of repeated ones the last
  std::string body;                            // may hold tokens: wipe it (Secret::wipe) when it is read
  std::string content_type;                    // the header's value, as it came
};

/// POSTs `body` as application/x-www-form-urlencoded. `url` is https://, or http:// on a loopback address (then never
/// through a proxy). Any status is an answer. Throws Error: unreachable, temporary (broken off, or too slow), limit
/// (longer than max_body), configuration (another kind of URL). Neither body is ever logged or copied.
HttpResponse http_post_form(const HttpOptions& options, const std::string& url, std::string_view body);

/// The same without a body.
HttpResponse http_get(const HttpOptions& options, const std::string& url);

}  // namespace poller
