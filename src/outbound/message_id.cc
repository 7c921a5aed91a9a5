#include "outbound/message_id.h"

#include <fmt/format.h>

#include "base/text.h"
#include "lib/openssl/digest.h"
#include "lib/openssl/random.h"

namespace poller::outbound {
namespace {

constexpr const char* kKeyName = "outbox.message_id_key";
constexpr std::size_t kMacDigits = 24;  // 96 bits

char letter_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::customer:
      return 'c';
    case TokenKind::agent:
      return 'a';
    case TokenKind::alert:
      return 'o';
  }
  return 'c';
}

std::string id_mac(const Secret& key, const std::string& body) {
  return text::hex(hmac_sha256(key, "message-id " + body)).substr(0, kMacDigits);
}

}  // namespace

std::string outgoing_message_id(Store& store, Transaction& tx, const OutgoingToken& token, const std::string& domain) {
  auto key = store.value(kKeyName);
  if (!key) {
    key = text::hex(random_bytes(32));
    tx.set_value(kKeyName, *key);
  }
  const std::string body = fmt::format("{}.{}.{}", letter_of(token.kind), token.ticket, token.serial);
  return fmt::format("poller.{}.{}@{}", body, id_mac(Secret(*key), body), domain);
}

std::optional<OutgoingToken> read_outgoing_id(Store& store, const std::string& id) {
  const auto parts = text::split(std::string_view(id).substr(0, id.find('@')), '.');
  if (parts.size() != 5 || parts[0] != "poller" || parts[1].size() != 1) return std::nullopt;
  const auto key = store.value(kKeyName);
  std::uint64_t ticket = 0, serial = 0;
  if (!key || !text::parse_uint(parts[2], ticket) || !text::parse_uint(parts[3], serial)) return std::nullopt;
  const std::string body = fmt::format("{}.{}.{}", parts[1], parts[2], parts[3]);
  if (!equal_in_constant_time(id_mac(Secret(*key), body), parts[4])) return std::nullopt;
  OutgoingToken token{static_cast<TicketId>(ticket), static_cast<std::int64_t>(serial), TokenKind::customer};
  if (parts[1] == "a") token.kind = TokenKind::agent;
  if (parts[1] == "o") token.kind = TokenKind::alert;
  return token;
}

}  // namespace poller::outbound
