// Refresh tokens at rest: a folder with one small file an account, sealed with AES-256-GCM.
//
// A file is one line of JSON: what it belongs to (provider, client id, user) in the clear, so that a person can tell
// the files apart, the id of the key, the nonce, and the sealed entry. What stands in the clear is the associated data:
// a file that was altered, or put in another's place, does not open. Nothing is ever created in the place of a file
// that does not open.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "oauth/entry_lock.h"
#include "oauth/key_rotation.h"
#include "oauth/vault_entry.h"

namespace poller::oauth {

class Vault {
 public:
  /// `key_text` is any text; the key proper is derived from it. Touches no file.
  Vault(std::filesystem::path folder, const Secret& key_text);

  /// Nothing when there is no entry. Throws Error: configuration when it was sealed with another key, sign_in when it
  /// was altered or damaged, storage when it cannot be read.
  [[nodiscard]] std::optional<VaultEntry> read(const AccountId& account) const;

  /// Writes the entry atomically, mode 0600, and raises its revision by one once that is done. Makes the folder (0700)
  /// when it is missing. Throws Error(storage).
  void write(VaultEntry& entry) const;

  /// Throws Error(storage) where write() would fail for want of a right or because the file system is read-only.
  void check_writable() const;

  /// Holds off every other process (and thread) that wants this account's entry. See EntryLock.
  [[nodiscard]] EntryLock lock(const AccountId& account, std::chrono::milliseconds deadline) const {
    return lock(folder_, account, deadline);
  }
  [[nodiscard]] bool has(const AccountId& account) const { return has(folder_, account); }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  /// What needs no key. `forget` removes the entry, readable or not; false when there was none.
  static bool forget(const std::filesystem::path& folder, const AccountId& account);
  static EntryLock lock(const std::filesystem::path& folder, const AccountId& account,
                        std::chrono::milliseconds deadline);
  static bool has(const std::filesystem::path& folder, const AccountId& account);

  /// Seals every entry that `old_key_text` opens with this vault's key; those of this key already are left alone, so
  /// that it can be run again after a crash. From its beginning to its end, crashes included, every entry can be read
  /// with either key (key_rotation.h). Returns how many were sealed anew. Throws as read() does.
  int rekey(const Secret& old_key_text) const;

  /// First digits of a hash of the key: names it without telling it.
  [[nodiscard]] const std::string& key_id() const noexcept { return key_.id; }

 private:
  [[nodiscard]] VaultEntry open(const std::filesystem::path& file, std::string_view content,
                                const AccountId* expected) const;

  std::filesystem::path folder_;
  VaultKey key_;
};

}  // namespace poller::oauth
