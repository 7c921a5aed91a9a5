#include "threading/message_id.h"

#include <fmt/format.h>

#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace poller {
namespace {

constexpr std::size_t kLongestLocalPart = 80;  // ours are shorter; nothing longer is worth a hash

char role_letter(TokenRole role) {
  switch (role) {
    case TokenRole::agent:
      return 'a';
    case TokenRole::alert:
      return 'o';
    case TokenRole::customer:
      break;
  }
  return 'c';
}

std::optional<TokenRole> role_of(std::string_view letter) {
  if (letter == "c") return TokenRole::customer;
  if (letter == "a") return TokenRole::agent;
  if (letter == "o") return TokenRole::alert;
  return std::nullopt;
}

std::optional<std::int64_t> row_number(std::string_view digits) {
  std::uint64_t value = 0;
  if (!text::parse_uint(digits, value) || value > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return std::nullopt;
  return static_cast<std::int64_t>(value);
}

// The label keeps a MAC made for a Message-ID from being worth anything elsewhere.
std::string signed_text(const MessageToken& token) {
  return fmt::format("message-id {}.{}.{}", role_letter(token.role), token.ticket, token.serial);
}

}  // namespace

std::string make_message_id(const KeyRing& ring, const MessageToken& token, std::string_view domain) {
  if (token.ticket < 0 || token.serial < 0) throw Error(ErrorKind::ours, "a Message-ID for no row");
  return fmt::format("poller.{}.{}.{}.{}@{}", role_letter(token.role), token.ticket, token.serial,
                     ring.sign(signed_text(token)), domain);
}

bool may_be_ours(std::string_view id) noexcept { return text::istarts_with(id, "poller."); }

std::optional<MessageToken> read_message_id(const KeyRing& ring, std::string_view id) {
  const auto at = id.find('@');
  if (at == std::string_view::npos || at > kLongestLocalPart) return std::nullopt;
  const std::string local = text::to_lower(id.substr(0, at));
  const auto parts = text::split(local, '.');
  if (parts.size() != 5 || parts[0] != "poller") return std::nullopt;
  const auto role = role_of(parts[1]);
  const auto ticket = row_number(parts[2]);
  const auto serial = row_number(parts[3]);
  if (!role || !ticket || !serial) return std::nullopt;
  const MessageToken token{*ticket, *serial, *role};
  if (!ring.verify(signed_text(token), parts[4])) return std::nullopt;
  return token;
}

}  // namespace poller
