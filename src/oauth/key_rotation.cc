#include "oauth/key_rotation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/steps.h"
#include "base/text.h"
#include "lib/openssl/sealing.h"
#include "oauth/json_object.h"

namespace poller::oauth {
namespace {

constexpr const char* kRotationFile = "rekey";
constexpr std::size_t kLargestRotation = 16 * 1024;

// What the sealed key belongs to, in a form that cannot be read two ways.
std::string rotation_data(const std::string& sealed_id, const std::string& by_id) {
  return fmt::format("poller vault rekey: key {} sealed with key {}", sealed_id, by_id);
}

void add_sealed_key(JsonWriter& json, const std::string& name, const VaultKey& key, const VaultKey& by) {
  const Sealed sealed = seal(by.bytes, key.bytes.reveal(), rotation_data(key.id, by.id));
  json.add(name + "_nonce", text::base64(sealed.nonce)).add(name + "_sealed", text::base64(sealed.bytes));
}

std::optional<Secret> open_key(const JsonObject& json, const std::string& name, const std::string& id,
                               const VaultKey& by) {
  Sealed sealed;
  if (!text::base64_decode(json.string(name + "_nonce"), sealed.nonce) ||
      !text::base64_decode(json.string(name + "_sealed"), sealed.bytes)) {
    return std::nullopt;
  }
  return open_sealed(by.bytes, sealed, rotation_data(id, by.id));
}

}  // namespace

std::optional<KeyRotation> find_rotation(const std::filesystem::path& folder, const VaultKey& mine) {
  const auto file = folder / kRotationFile;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  try {
    const auto json = JsonObject::parse(read_file(file, kLargestRotation));
    if (!json) return std::nullopt;
    const std::string before(json->string("before")), after(json->string("after"));
    const bool other_is_new = mine.id == before;
    if (!other_is_new && mine.id != after) return std::nullopt;
    const std::string& other = other_is_new ? after : before;
    auto key = open_key(*json, other_is_new ? "after" : "before", other, mine);
    if (!key) return std::nullopt;
    return KeyRotation{{std::move(*key), other}, other_is_new};
  } catch (const Error&) {
    return std::nullopt;
  }
}

void begin_rotation(const std::filesystem::path& folder, const VaultKey& before, const VaultKey& after) {
  JsonWriter json;
  json.add("before", before.id).add("after", after.id);
  add_sealed_key(json, "before", before, after);
  add_sealed_key(json, "after", after, before);
  step("vault rekey begins");
  write_file_atomically(folder / kRotationFile, std::string(json.finish().reveal()) + "\n", 0600);
}

void end_rotation(const std::filesystem::path& folder) {
  step("vault rekey ends");
  if (::unlink((folder / kRotationFile).c_str()) != 0 && errno != ENOENT) {
    throw Error(ErrorKind::storage,
                fmt::format("cannot remove {}: {}", (folder / kRotationFile).string(), std::strerror(errno)));
  }
  sync_folder(folder);
}

}  // namespace poller::oauth
