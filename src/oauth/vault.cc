#include "oauth/vault.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.h"
#include "base/privileges.h"
#include "base/safe_file.h"
#include "base/steps.h"
#include "base/text.h"
#include "lib/openssl/digest.h"
#include "lib/openssl/sealing.h"
#include "oauth/json_object.h"

namespace poller::oauth {
namespace {

constexpr std::size_t kLargestEntry = 1024 * 1024;
constexpr std::int64_t kVersion = 1;
constexpr const char* kKeyPurpose = "poller vault version 1";
constexpr const char* kSuffix = ".token";

std::string vault_key_id(const Secret& key) { return text::hex(hmac_sha256(key, "poller vault key id").substr(0, 8)); }

VaultKey vault_key(const Secret& text) {
  VaultKey key{derive_key(text, kKeyPurpose), {}};
  key.id = vault_key_id(key.bytes);
  return key;
}

// What stands in the clear, in a form that cannot be read two ways.
std::string associated_data(const AccountId& account, std::string_view key_id) {
  const Secret json = JsonWriter()
                          .add("vault", kVersion)
                          .add("provider", account.provider)
                          .add("client_id", account.client_id)
                          .add("user", account.user)
                          .add("key", key_id)
                          .finish();
  return std::string(json.reveal());
}

[[noreturn]] void refuse_altered(const std::filesystem::path& file, const char* how) {
  throw Error(ErrorKind::sign_in, fmt::format("the vault entry {} {}; it is not used", file.string(), how),
              "Put the file back from a backup, or run `{logout}` and then `{login}`; and find out who or what changed "
              "it.");
}

struct Envelope {
  AccountId account;
  std::string key_id;
  Sealed sealed;
};

// One text for the same bytes: what would decode to them all the same was not written by us.
bool decode_exactly(std::string_view encoded, std::string& into) {
  return text::base64_decode(encoded, into) && text::base64(into) == encoded;
}

Envelope read_envelope(const std::filesystem::path& file, std::string_view content) {
  const auto object = JsonObject::parse(content);
  if (!object || !object->has("vault")) refuse_altered(file, "is damaged: it is no vault entry");
  if (object->number("vault") != kVersion) {
    throw Error(ErrorKind::configuration,
                fmt::format("the vault entry {} is of version {}, this program knows version {}", file.string(),
                            object->number("vault").value_or(0), kVersion),
                "Use the version of poller that wrote it, or a newer one.");
  }
  Envelope envelope;
  envelope.account = {std::string(object->string("provider")), std::string(object->string("client_id")),
                      std::string(object->string("user"))};
  envelope.key_id = object->string("key");
  if (!decode_exactly(object->string("nonce"), envelope.sealed.nonce) ||
      !decode_exactly(object->string("sealed"), envelope.sealed.bytes)) {
    refuse_altered(file, "was altered or damaged");
  }
  return envelope;
}

// Nothing when there is no such file: that, and only that, means "nobody has signed in yet".
std::optional<std::string> read_if_there(const std::filesystem::path& file) {
  struct stat st {};
  if (::lstat(file.c_str(), &st) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw Error(ErrorKind::storage, fmt::format("cannot look at {}: {}", file.string(), std::strerror(errno)),
                "The user that runs poller must be able to read the vault's folder.");
  }
  try {
    return read_file(file, kLargestEntry);
  } catch (const Error& error) {
    throw Error(ErrorKind::storage, error.what(), "The user that runs poller must be able to read the vault's folder.");
  }
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  step("vault folder");
  const bool made = ::mkdir(folder.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) {
    throw Error(ErrorKind::storage,
                fmt::format("cannot make the vault's folder {}: {}", folder.string(), std::strerror(errno)),
                "Make it by hand, mode 0700, owned by the user that runs poller.");
  }
  const int fd = made ? ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  if (fd < 0) return;
  give_to_owner_of(folder.parent_path(), fd);
  ::close(fd);
}

std::vector<std::filesystem::path> entry_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(folder, error)) {
    if (item.path().extension() == kSuffix) files.push_back(item.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Vault::Vault(std::filesystem::path folder, const Secret& key_text)
    : folder_(std::move(folder)), key_(vault_key(key_text)) {}

VaultEntry Vault::open(const std::filesystem::path& file, std::string_view content, const AccountId* expected) const {
  const Envelope envelope = read_envelope(file, content);
  if (expected != nullptr && envelope.account != *expected) refuse_altered(file, "belongs to another account");
  std::optional<KeyRotation> rotation;
  if (envelope.key_id != key_.id) rotation = find_rotation(folder_, key_);
  if (envelope.key_id != key_.id && !(rotation && rotation->other.id == envelope.key_id)) {
    throw Error(
        ErrorKind::configuration,
        fmt::format("the vault entry {} was sealed with key {}, but vault.key of the configuration is key {}",
                    file.string(), text::escape_controls(envelope.key_id.substr(0, 16)), key_.id),
        "Put the old key back, or run `poller vault rekey --old-key-file FILE` with it; without the old key, run "
        "`{logout}` and `{login}`.");
  }
  const Secret& key = rotation ? rotation->other.bytes : key_.bytes;
  const auto plain = open_sealed(key, envelope.sealed, associated_data(envelope.account, envelope.key_id));
  auto entry = plain ? vault_entry_from_json(plain->reveal()) : std::nullopt;
  if (!entry) refuse_altered(file, "was altered or damaged");
  entry->account = envelope.account;
  return std::move(*entry);
}

std::optional<VaultEntry> Vault::read(const AccountId& account) const {
  const std::filesystem::path file = folder_ / account.file_name();
  const auto content = read_if_there(file);
  if (!content) return std::nullopt;
  return open(file, *content, &account);
}

void Vault::write(VaultEntry& entry) const {
  make_folder(folder_);
  VaultEntry next = entry;
  ++next.revision;
  // While the key is changed, whoever still has the old one alone already seals with the new one.
  const auto rotation = find_rotation(folder_, key_);
  const VaultKey& key = rotation && rotation->other_is_new ? rotation->other : key_;
  const Sealed sealed = seal(key.bytes, to_json(next).reveal(), associated_data(entry.account, key.id));
  const Secret json = JsonWriter()
                          .add("vault", kVersion)
                          .add("provider", entry.account.provider)
                          .add("client_id", entry.account.client_id)
                          .add("user", entry.account.user)
                          .add("key", key.id)
                          .add("nonce", text::base64(sealed.nonce))
                          .add("sealed", text::base64(sealed.bytes))
                          .finish();
  step("vault write");
  write_file_atomically(folder_ / entry.account.file_name(), std::string(json.reveal()) + "\n", 0600);
  entry.revision = next.revision;
}

void Vault::check_writable() const {
  if (::faccessat(AT_FDCWD, folder_.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
  throw Error(ErrorKind::storage,
              fmt::format("cannot write into the vault {}: {}", folder_.string(), std::strerror(errno)),
              "No token was asked for, since a new one could not be kept. Let poller's user write there.");
}

bool Vault::has(const std::filesystem::path& folder, const AccountId& account) {
  struct stat st {};
  return ::lstat((folder / account.file_name()).c_str(), &st) == 0;
}

bool Vault::forget(const std::filesystem::path& folder, const AccountId& account) {
  const std::filesystem::path file = folder / account.file_name();
  step("vault remove");
  if (::unlink(file.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  throw Error(ErrorKind::storage, fmt::format("cannot remove {}: {}", file.string(), std::strerror(errno)));
}

EntryLock Vault::lock(const std::filesystem::path& folder, const AccountId& account,
                      std::chrono::milliseconds deadline) {
  make_folder(folder);
  return EntryLock(folder / (account.file_name() + ".lock"), deadline);
}

int Vault::rekey(const Secret& old_key_text) const {
  const Vault old(folder_, old_key_text);
  const auto files = entry_files(folder_);
  // Before anything is changed: can all of them be opened?
  bool any_old = false;
  for (const std::filesystem::path& file : files) {
    const auto content = read_if_there(file);
    if (!content) continue;
    const std::string sealed_with = read_envelope(file, *content).key_id;
    if (sealed_with == key_.id) continue;
    if (sealed_with != old.key_.id && !find_rotation(folder_, old.key_)) {
      throw Error(
          ErrorKind::configuration,
          fmt::format("the vault entry {} was sealed with key {}, but the file given as the old key holds key {}",
                      file.string(), text::escape_controls(sealed_with.substr(0, 16)), old.key_.id),
          "Name the file that holds the key with that id.");
    }
    if (old.open(file, *content, nullptr).account.file_name() != file.filename()) {
      refuse_altered(file, "has another entry's name");
    }
    any_old = true;
  }
  if (any_old) begin_rotation(folder_, old.key_, key_);
  int done = 0;
  for (const std::filesystem::path& file : files) {
    constexpr std::chrono::seconds kPatience{60};
    const EntryLock held(file.string() + ".lock", kPatience);
    const auto content = read_if_there(file);
    if (!content || read_envelope(file, *content).key_id == key_.id) continue;
    VaultEntry entry = old.open(file, *content, nullptr);
    write(entry);
    ++done;
  }
  if (std::filesystem::is_directory(folder_)) end_rotation(folder_);
  return done;
}

}  // namespace poller::oauth
