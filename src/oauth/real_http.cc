
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "lib/curl/https.h"
#include "oauth/http.h"
#include "oauth/retry_after.h"

namespace poller::oauth {
namespace {

class CurlHttp final : public Http {
 public:
  CurlHttp(const config::OAuth& settings, const std::string& proxy, std::chrono::milliseconds limit) {
    options_.ca_file = settings.ca_file.string();
    options_.proxy = proxy;
    options_.timeout = limit;
    options_.max_body = kLargestAnswer;
  }

  HttpAnswer get(const std::string& url) override {
    return within_limit([&] { return http_get(options_, url); });
  }
  HttpAnswer post_form(const std::string& url, const Secret& form) override {
    return within_limit([&] { return http_post_form(options_, url, form.reveal()); });
  }

 private:
  template <class Call>
  static HttpAnswer within_limit(const Call& call) {
    try {
      return answer_of(call());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::limit) throw;
      throw Error(ErrorKind::temporary, error.what(),
                  "Something answers that is no provider: check oauth.authority or oauth.discovery, and the proxy.");
    }
  }

  static HttpAnswer answer_of(HttpResponse response) {
    HttpAnswer answer;
    answer.status = static_cast<int>(response.status);
    answer.content_type = text::to_lower(response.content_type);
    answer.retry_after = read_retry_after(response.headers["retry-after"], system_clock().unix_now());
    answer.location = response.headers["location"];
    answer.body = Secret(std::move(response.body));
    return answer;
  }

  HttpOptions options_;
};

}  // namespace

std::unique_ptr<Http> real_http(const config::OAuth& settings, const std::string& proxy,
                                std::chrono::milliseconds limit) {
  return std::make_unique<CurlHttp>(settings, proxy, limit);
}

}  // namespace poller::oauth
