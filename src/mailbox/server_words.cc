#include "mailbox/server_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"

namespace poller {

std::string shown_text(std::string_view raw) {
  constexpr std::size_t kMost = 300;
  return text::escape_controls(text::utf8_prefix(text::to_valid_utf8(text::trim(raw)), kMost));
}

std::optional<std::chrono::milliseconds> suggested_wait(std::string_view text) {
  constexpr std::string_view kMark = "Suggested Backoff Time:";
  constexpr std::uint64_t kDay = 24ULL * 3600 * 1000;
  const auto at = text::ifind(text, kMark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text::trim(text.substr(at + kMark.size()));
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), text::is_digit) - rest.begin());
  std::uint64_t value = 0;
  if (!text::parse_uint(rest.substr(0, digits), value)) return std::nullopt;
  if (text::istarts_with(text::trim(rest.substr(digits)), "sec")) value *= value < kDay ? 1000U : 1U;
  return std::chrono::milliseconds(std::min(value, kDay));
}

std::string tls_detail(const curl::Handshake& tls) {
  const auto& c = tls.certificate;
  const UnixTime left = c.not_after - system_clock().unix_now();
  return fmt::format("{}, {}; certificate {}, issued by {}, valid until {} ({} days left)", tls.version, tls.cipher,
                     c.subject, c.issuer, rfc3339(c.not_after), left / 86400);
}

void SecretMask::hide(Secret secret) {
  if (secret.size() >= 4) hidden_.push_back(std::move(secret));
}

std::string SecretMask::masked(std::string text) const {
  for (const auto& secret : hidden_) {
    for (auto at = text.find(secret.reveal()); at != std::string::npos; at = text.find(secret.reveal(), at)) {
      text.replace(at, secret.size(), "****");
    }
  }
  return text;
}

}  // namespace poller
