// What the OAuth room wants of HTTP, behind an interface so that tests can play any provider.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "config/config.h"

namespace poller::oauth {

struct HttpAnswer {
  int status = 0;
  std::string content_type;  // as sent, lower case
  std::optional<std::chrono::seconds> retry_after;
  std::string location;  // of a redirect, which is never followed
  Secret body;
};

/// One try each: no retries, no redirects, certificates always verified.
/// Throws Error: unreachable, temporary (broken off, too slow, or larger than kLargestAnswer), configuration (a URL
/// that no secret may go to).
class Http {
 public:
  virtual ~Http() = default;
  virtual HttpAnswer get(const std::string& url) = 0;
  /// `form` is application/x-www-form-urlencoded already.
  virtual HttpAnswer post_form(const std::string& url, const Secret& form) = 0;
};

constexpr std::size_t kLargestAnswer = 1024 * 1024;
constexpr std::chrono::seconds kAnswerTimeout{30};

/// Over libcurl, with the settings' CA file and the configuration's proxy (the environment's when that is empty). An
/// answer must be there within `limit`, connecting included.
std::unique_ptr<Http> real_http(const config::OAuth& settings, const std::string& proxy,
                                std::chrono::milliseconds limit = kAnswerTimeout);

/// Builds a form body; wiped when it goes. It remembers which values were secret, so that an answer that repeats one
/// can be shown without it.
class Form {
 public:
  Form& add(std::string_view name, std::string_view value);
  Form& add(std::string_view name, const Secret& value);
  [[nodiscard]] const Secret& body() const noexcept { return body_; }
  [[nodiscard]] const std::vector<Secret>& secrets() const noexcept { return secrets_; }

 private:
  Secret body_;
  std::vector<Secret> secrets_;
};

/// `s` with everything but RFC 3986's unreserved characters as %XX.
std::string url_encode(std::string_view s);
/// The reverse, "+" as a space; a "%" without two hex digits stands for itself.
std::string url_decode(std::string_view s);

}  // namespace poller::oauth
