#include "oauth/endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "oauth/json_object.h"

namespace poller::oauth {
namespace {

Endpoints entra_endpoints(const config::OAuth& settings) {
  std::string base = settings.authority;
  while (!base.empty() && base.back() == '/') base.pop_back();
  if (base.empty() || settings.tenant.empty()) {
    throw Error(ErrorKind::configuration, "the provider is unknown: oauth.tenant is missing",
                "Set oauth.tenant to the directory (tenant) ID of the app registration, or oauth.discovery for another "
                "provider than Microsoft.");
  }
  base += "/" + url_encode(settings.tenant) + "/oauth2/v2.0/";
  return {base + "authorize", base + "token", base + "devicecode"};
}

std::string endpoint_in(const JsonObject& document, const char* name, const std::string& where, bool needed) {
  std::string url(document.string(name));
  if (url.empty() && !needed) return url;
  if (url.empty() || !safe_to_talk_to(url)) {
    throw Error(ErrorKind::configuration,
                fmt::format("{} gives no usable {}{}", where, name, url.empty() ? "" : " (" + url + ")"),
                "Check oauth.discovery: it must be the address of the provider's openid-configuration, and every "
                "address in it must be https.");
  }
  return url;
}

Endpoints discovered_endpoints(const std::string& url, Http& http) {
  if (!safe_to_talk_to(url)) {
    throw Error(ErrorKind::configuration, fmt::format("oauth.discovery is no https address: {}", url),
                "Use the provider's https address; http is allowed on loopback addresses alone.");
  }
  const HttpAnswer answer = http.get(url);
  if (answer.status >= 500 || answer.status == 429) {
    Error error(ErrorKind::temporary, fmt::format("{} answered {}", url, answer.status));
    if (answer.retry_after || answer.status == 429) {
      error.set_retry_after(answer.retry_after.value_or(std::chrono::seconds(0)));
    }
    throw error;
  }
  const auto document = answer.status == 200 ? JsonObject::parse(answer.body.reveal()) : std::nullopt;
  if (!document) {
    throw Error(ErrorKind::configuration,
                fmt::format("{} is no openid-configuration (status {}, {})", url, answer.status,
                            answer.content_type.empty() ? "no content type" : answer.content_type),
                answer.location.empty()
                    ? "Check oauth.discovery; it usually ends in /.well-known/openid-configuration."
                    : fmt::format("Redirects are not followed; if it is right, put {} there.", answer.location));
  }
  return {endpoint_in(*document, "authorization_endpoint", url, false),
          endpoint_in(*document, "token_endpoint", url, true),
          endpoint_in(*document, "device_authorization_endpoint", url, false)};
}

std::string_view authority_of(std::string_view url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace

std::string host_of(std::string_view url) {
  std::string_view authority = authority_of(url);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (!authority.empty() && authority.front() == '[') return std::string(authority.substr(0, authority.find(']') + 1));
  return std::string(authority.substr(0, authority.find(':')));
}

bool is_entra(std::string_view url) {
  // learn.microsoft.com/entra/identity-platform/authentication-national-cloud, and the names of before
  static constexpr std::array<std::string_view, 6> kDomains{"microsoftonline.com", "microsoftonline.us",
                                                            "microsoftonline.cn",  "login.microsoft.com",
                                                            "login.windows.net",   "login.chinacloudapi.cn"};
  const std::string host = text::to_lower(host_of(url));
  return std::any_of(kDomains.begin(), kDomains.end(), [&](std::string_view domain) {
    return host == domain || (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
  });
}

bool safe_to_talk_to(std::string_view url) noexcept {
  const std::string_view authority = authority_of(url);
  if (authority.empty() || authority.find('@') != std::string_view::npos) return false;
  if (text::istarts_with(url, "https://")) return true;
  if (!text::istarts_with(url, "http://")) return false;
  const std::string_view host = authority.front() == '[' ? authority.substr(0, authority.find(']') + 1)
                                                         : authority.substr(0, authority.find(':'));
  if (text::iequals(host, "localhost") || host == "[::1]") return true;
  if (host.substr(0, 4) != "127.") return false;
  return host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Endpoints find_endpoints(const config::OAuth& settings, Http& http) {
  return settings.discovery.empty() ? entra_endpoints(settings) : discovered_endpoints(settings.discovery, http);
}

}  // namespace poller::oauth
