#include "oauth/redirect.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "oauth/endpoints.h"
#include "oauth/http.h"

namespace poller::oauth {

LoopbackRedirect LoopbackRedirect::parse(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  const auto refuse = [&]() -> Error {
    return {ErrorKind::configuration, fmt::format("oauth.redirect is no http address on loopback: {}", url),
            "Use http://localhost, and register exactly that under \"Mobile and desktop applications\"."};
  };
  if (!text::istarts_with(url, kScheme) || !safe_to_talk_to(url) || url.find_first_of("?#") != std::string_view::npos) {
    throw refuse();
  }
  LoopbackRedirect out;
  out.host = host_of(url);
  std::string_view rest = url.substr(kScheme.size() + out.host.size());
  if (!rest.empty() && rest.front() == ':') {
    rest.remove_prefix(1);
    const std::string_view digits = rest.substr(0, rest.find('/'));
    std::uint64_t port = 0;
    if (!text::parse_uint(digits, port) || port == 0 || port > 65535) throw refuse();
    out.port = static_cast<std::uint16_t>(port);
    rest.remove_prefix(digits.size());
  }
  out.path = rest;
  return out;
}

std::string LoopbackRedirect::with_port(std::uint16_t bound) const {
  return fmt::format("http://{}:{}{}", host, bound, path);
}

std::optional<RedirectAnswer> read_redirect_query(std::string_view query) {
  RedirectAnswer answer;
  bool code = false, error = false, state = false, description = false;
  for (const std::string_view pair : text::split(query, '&')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = pair.substr(0, equals);
    std::string value = url_decode(pair.substr(equals + 1));
    bool* const seen = name == "code"                ? &code
                       : name == "error"             ? &error
                       : name == "state"             ? &state
                       : name == "error_description" ? &description
                                                     : nullptr;
    if (seen == nullptr) continue;
    if (*seen) return std::nullopt;
    *seen = true;
    if (seen == &code) {
      answer.code = Secret(std::move(value));
    } else if (seen == &error) {
      answer.error = std::move(value);
    } else if (seen == &state) {
      answer.state = std::move(value);
    } else {
      answer.error_description = std::move(value);
    }
  }
  if (answer.code.empty() == answer.error.empty()) return std::nullopt;
  return answer;
}

std::optional<RedirectAnswer> read_pasted_address(std::string_view line) {
  line = text::trim(line);
  while (!line.empty() && (line.front() == '"' || line.front() == '\'' || line.front() == '<')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == '"' || line.back() == '\'' || line.back() == '>')) line.remove_suffix(1);
  line = line.substr(0, line.find('#'));
  if (const std::size_t question = line.find('?'); question != std::string_view::npos) line.remove_prefix(question + 1);
  return read_redirect_query(line);
}

}  // namespace poller::oauth
