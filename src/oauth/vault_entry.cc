#include "oauth/vault_entry.h"

#include "oauth/json_object.h"

namespace poller::oauth {
namespace {

std::optional<ClientKind> client_kind_from(std::string_view word) {
  for (const ClientKind kind : {ClientKind::public_client, ClientKind::secret, ClientKind::certificate}) {
    if (word == to_string(kind)) return kind;
  }
  return std::nullopt;
}

}  // namespace

Secret to_json(const VaultEntry& entry) {
  JsonWriter json;
  json.add("refresh_token", entry.refresh_token)
      .add("client_kind", to_string(entry.client_kind))
      .add("flow", entry.flow)
      .add("asked", entry.asked)
      .add("granted", entry.granted)
      .add("obtained_at", entry.obtained_at)
      .add("last_used", entry.last_used)
      .add("throttled_until", entry.throttled_until)
      .add("revision", entry.revision);
  if (entry.refresh_token_expires) json.add("refresh_token_expires", *entry.refresh_token_expires);
  if (entry.lifetime) json.add("lifetime", *entry.lifetime);
  if (entry.refusal) {
    json.add("refused_since", entry.refusal->since)
        .add("refused_last", entry.refusal->last)
        .add("refused_dead", std::int64_t{entry.refusal->dead})
        .add("refused_what", entry.refusal->what)
        .add("refused_advice", entry.refusal->advice)
        .add("refused_proof", entry.refusal->proof);
  }
  return json.finish();
}

std::optional<VaultEntry> vault_entry_from_json(std::string_view json) {
  const auto object = JsonObject::parse(json);
  if (!object || object->string("refresh_token").empty()) return std::nullopt;
  const auto kind = client_kind_from(object->string("client_kind"));
  if (!kind) return std::nullopt;
  VaultEntry entry;
  entry.refresh_token = object->secret("refresh_token");
  entry.client_kind = *kind;
  entry.flow = object->string("flow");
  entry.asked = object->list("asked");
  entry.granted = object->list("granted");
  entry.obtained_at = object->number("obtained_at").value_or(0);
  entry.last_used = object->number("last_used").value_or(0);
  entry.throttled_until = object->number("throttled_until").value_or(0);
  entry.revision = object->number("revision").value_or(0);
  entry.refresh_token_expires = object->number("refresh_token_expires");
  entry.lifetime = object->number("lifetime");
  if (const auto since = object->number("refused_since")) {
    entry.refusal = RememberedRefusal{*since,
                                      object->number("refused_last").value_or(*since),
                                      object->number("refused_dead").value_or(0) != 0,
                                      std::string(object->string("refused_what")),
                                      std::string(object->string("refused_advice")),
                                      std::string(object->string("refused_proof"))};
  }
  return entry;
}

}  // namespace poller::oauth
