#include "oauth/token_answer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "oauth/json_object.h"

namespace poller::oauth {
namespace {

constexpr std::size_t kLongestDescription = 500;

// One line of at most 500 bytes: descriptions hold line ends, and an unfriendly server could send anything.
std::string tidy_line(std::string_view raw) {
  std::string out;
  for (const char c : raw.substr(0, 4 * kLongestDescription)) {
    if (!text::is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return text::escape_controls(text::utf8_prefix(text::trim(text::to_valid_utf8(out)), kLongestDescription));
}

// How much of `text` is the secret: as it is, or as it went over the wire, percent-encoded (each byte or some, in
// digits of either case, a space as "+"). 0: it does not begin with it.
std::size_t length_as_secret(std::string_view text, std::string_view secret) {
  if (text.starts_with(secret)) return secret.size();  // one that holds "%25" itself
  std::size_t at = 0;
  for (const char c : secret) {
    if (at >= text.size()) return 0;
    const std::string_view three = text.substr(at, 3);
    const bool encoded = three.size() == 3 && three[0] == '%' && url_decode(three) == std::string_view(&c, 1);
    if (!encoded && text[at] != c && !(c == ' ' && text[at] == '+')) return 0;
    at += encoded ? 3 : 1;
  }
  return at;
}

// A provider may repeat what it was sent. What is shorter than a secret ever is would only spoil the message.
std::string without_secrets(std::string_view raw, const std::vector<Secret>& secrets) {
  constexpr std::size_t kShortest = 8;
  std::string out(raw.substr(0, 16 * kLongestDescription));
  for (const Secret& secret : secrets) {
    if (secret.size() < kShortest) continue;
    for (std::size_t at = 0; at < out.size(); ++at) {
      const std::size_t length = length_as_secret(std::string_view(out).substr(at), secret.reveal());
      if (length > 0) out.replace(at, length, "[secret]");
    }
  }
  return out;
}

// "Trace ID: … Correlation ID: … Timestamp: …" follow the sentence, on lines of their own or behind blanks.
std::string description_without_trace(std::string_view raw) {
  for (const std::string_view mark : {"Trace ID:", "Correlation ID:", "Timestamp:"})
    raw = raw.substr(0, raw.find(mark));
  return tidy_line(raw);
}

std::string after_mark(std::string_view raw, std::string_view mark, std::size_t longest) {
  const std::size_t at = raw.find(mark);
  if (at == std::string_view::npos) return {};
  raw.remove_prefix(at + mark.size());
  raw = text::trim(raw.substr(0, raw.find_first_of("\r\n")));
  return tidy_line(raw.substr(0, longest));
}

std::vector<int> codes_in(std::string_view description) {
  constexpr std::string_view kMark = "AADSTS";
  std::vector<int> codes;
  for (std::size_t at = description.find(kMark); at != std::string_view::npos; at = description.find(kMark, at + 1)) {
    std::string_view digits = description.substr(at + kMark.size(), 9);
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    std::uint64_t code = 0;
    if (text::parse_uint(digits, code)) codes.push_back(static_cast<int>(code));
  }
  return codes;
}

std::vector<int> codes_of(const JsonObject& object) {
  std::vector<int> codes;
  for (const std::string& item : object.list("error_codes")) {
    std::uint64_t code = 0;
    if (item.size() < 10 && text::parse_uint(item, code)) codes.push_back(static_cast<int>(code));
  }
  return codes.empty() ? codes_in(object.string("error_description")) : codes;
}

Refusal refusal_in(const JsonObject& object, const HttpAnswer& answer, const std::vector<Secret>& secrets) {
  Refusal refusal;
  const std::string description = without_secrets(object.string("error_description"), secrets);
  refusal.status = answer.status;
  refusal.retry_after = answer.retry_after;
  refusal.error = tidy_line(without_secrets(object.string("error"), secrets).substr(0, 80));
  refusal.suberror = tidy_line(without_secrets(object.string("suberror"), secrets).substr(0, 80));
  refusal.description = description_without_trace(description);
  refusal.codes = codes_of(object);
  constexpr std::size_t kIdLength = 36, kTimestampLength = 20;
  refusal.correlation_id = tidy_line(without_secrets(object.string("correlation_id"), secrets).substr(0, kIdLength));
  refusal.timestamp = tidy_line(without_secrets(object.string("timestamp"), secrets).substr(0, kTimestampLength));
  if (refusal.correlation_id.empty()) {
    refusal.correlation_id = after_mark(description, "Correlation ID:", kIdLength);
  }
  if (refusal.timestamp.empty()) refusal.timestamp = after_mark(description, "Timestamp:", kTimestampLength);
  return refusal;
}

std::optional<Grant> grant_in(const JsonObject& object) {
  const std::string_view type = object.string("token_type");
  if (object.string("access_token").empty() || (!type.empty() && !text::iequals(type, "bearer"))) return std::nullopt;
  Grant grant;
  grant.access_token = object.secret("access_token");
  grant.refresh_token = object.secret("refresh_token");
  constexpr std::int64_t kLongest = 7 * 86400;
  if (const auto seconds = object.number("expires_in")) {
    grant.expires_in = std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, kLongest));
  }
  if (object.has("scope")) grant.scopes = split_scopes(object.string("scope"));
  auto refresh_seconds = object.number("refresh_token_expires_in");
  if (!refresh_seconds) refresh_seconds = object.number("refresh_expires_in");  // Keycloak's word; 0: it never ends
  if (refresh_seconds && *refresh_seconds > 0) {
    constexpr std::int64_t kTenYears = 3650LL * 86400;
    grant.refresh_expires_in = std::chrono::seconds(std::min(*refresh_seconds, kTenYears));
  }
  grant.signed_in_as = names_in_token(object.string("id_token"));
  return grant;
}

}  // namespace

std::vector<std::string> names_in_token(std::string_view token) {
  constexpr std::size_t kLongest = 64 * 1024;
  const auto parts = text::split(token.substr(0, kLongest + 1), '.');
  std::string bytes;
  if (token.size() > kLongest || parts.size() != 3 || !text::base64_decode(parts[1], bytes)) return {};
  const Secret claims(std::move(bytes));
  const auto object = JsonObject::parse(claims.reveal());
  std::vector<std::string> names;
  for (const char* claim : {"preferred_username", "upn", "unique_name", "email"}) {
    if (object && !object->string(claim).empty()) names.push_back(tidy_line(object->string(claim)));
  }
  return names;
}

std::vector<std::string> split_scopes(std::string_view scopes) {
  std::vector<std::string> out;
  for (const std::string_view scope : text::split(scopes, ' ')) {
    if (!text::trim(scope).empty()) out.emplace_back(text::trim(scope));
  }
  return out;
}

TokenAnswer read_token_answer(const HttpAnswer& answer, const std::vector<Secret>& secrets) {
  const bool redirect = answer.status >= 300 && answer.status < 400;
  const auto object = redirect ? std::nullopt : JsonObject::parse(answer.body.reveal());
  if (object && object->has("error")) return refusal_in(*object, answer, secrets);
  if (object && answer.status == 200) {
    if (auto grant = grant_in(*object)) return std::move(*grant);
  }
  Refusal refusal;
  refusal.form = redirect ? Refusal::Form::redirect : Refusal::Form::unreadable;
  refusal.status = answer.status;
  refusal.retry_after = answer.retry_after;
  refusal.content_type = tidy_line(answer.content_type);
  refusal.location = tidy_line(without_secrets(answer.location, secrets));
  return refusal;
}

std::string to_line(const Refusal& refusal) {
  if (refusal.form == Refusal::Form::redirect) {
    return fmt::format("status {}, a redirect to {}", refusal.status,
                       refusal.location.empty() ? "nowhere" : refusal.location);
  }
  if (refusal.form == Refusal::Form::unreadable) {
    return fmt::format("status {}, {} that is no OAuth answer", refusal.status,
                       refusal.content_type.empty() ? "something" : refusal.content_type);
  }
  std::string line = refusal.error;
  if (!refusal.codes.empty() && refusal.description.find("AADSTS") == std::string::npos) {
    line += fmt::format(": AADSTS{}", refusal.codes.front());
  }
  if (!refusal.description.empty()) line += ": " + refusal.description;
  if (!refusal.correlation_id.empty()) line += fmt::format(" (correlation id {}", refusal.correlation_id);
  if (!refusal.timestamp.empty()) {
    line += fmt::format("{}timestamp {}", refusal.correlation_id.empty() ? " (" : ", ", refusal.timestamp);
  }
  if (!refusal.correlation_id.empty() || !refusal.timestamp.empty()) line += ")";
  return line;
}

}  // namespace poller::oauth
