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

std::optional<Error> throttling(std::string_view said, const std::string& what) {
  if (!text::icontains(said, "request is throttled") && !text::icontains(said, "Suggested Backoff Time")) {
    return std::nullopt;
  }
  const auto wait = suggested_wait(said);
  Error error(ErrorKind::temporary, what,
              wait ? "The server limits how much it is asked; the poller waits as long as it says."
                   : "The server limits how much it is asked, and does not say for how long: the poller waits longer "
                     "each time, ten minutes at most. If it lasts, raise poll_every.");
  error.set_retry_after(wait.value_or(std::chrono::milliseconds(0)));
  return error;
}

std::string tls_detail(const curl::Handshake& tls) {
  const auto& c = tls.certificate;
  const UnixTime left = c.not_after - system_clock().unix_now();
  return fmt::format("{}, {}; certificate {}, issued by {}, valid until {} ({} days left)", tls.version, tls.cipher,
                     c.subject, c.issuer, rfc3339(c.not_after), left / 86400);
}

}  // namespace poller
