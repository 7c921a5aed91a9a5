#include "intake/identity.h"

#include "lib/openssl/digest.h"

namespace poller {

std::string identity_of(const Mail& mail) {
  std::string key;
  const auto add = [&key](const std::string& part) {
    key += part;
    key += '\0';
  };
  if (mail.message_id) {
    add("id");
    add(*mail.message_id);
  } else {
    const auto raw = [&mail](const char* name) {
      const Field* field = find_field(mail.fields, name);
      return field == nullptr ? std::string() : field->value;
    };
    add("none");
    add(mail.from ? mail.from->address : std::string());
    add(mail.date ? std::to_string(*mail.date) : std::string());
    add(mail.subject);
    add(raw("Received"));
  }
  add(mail.content_hash);
  return sha256_hex(key);
}

}  // namespace poller
