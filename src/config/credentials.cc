#include "config/credentials.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/error.h"
#include "base/safe_file.h"
#include "config/complaints.h"
#include "config/run_command.h"
#include "config/secret_ref.h"

namespace poller::config {
namespace {

bool is_there(const std::filesystem::path& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0;
}

/// The folder is root's alone (0700) as systemd makes it; then a file's own mode does not matter.
bool is_closed(const std::filesystem::path& folder) {
  struct stat st {};
  return ::stat(folder.c_str(), &st) == 0 && (st.st_mode & (S_IXGRP | S_IXOTH)) == 0;
}

Secret read_stored(const std::filesystem::path& file) {
  const std::string fault = is_closed(file.parent_path()) ? std::string() : secret_file_fault(file);
  if (!fault.empty()) throw Error(ErrorKind::configuration, fault);
  return Secret(read_file(file, kMostSecretBytes));
}

Secret decrypt_stored(const std::string& name, const std::filesystem::path& file, const CredentialPlaces& places) {
  CommandResult result =
      run_command({places.decrypt_program, "--name=" + name, "decrypt", file.string(), "-"}, kSecretCommandTime);
  if (result.end == CommandResult::End::exited && result.code == 0) return Secret(std::move(result.output));
  Secret::wipe(result.output);
  throw Error(ErrorKind::configuration,
              fmt::format("{} decrypt {}: {}", places.decrypt_program, file.string(), to_string(result)),
              fmt::format("Try it by hand: systemd-creds decrypt {} -", file.string()));
}

}  // namespace

CredentialPlaces credential_places() {
  CredentialPlaces places;
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY")) places.unit_folder = folder;
  return places;
}

Secret read_credential(const std::string& name, const CredentialPlaces& places) {
  if (!places.unit_folder.empty()) {
    const std::filesystem::path file = std::filesystem::path(places.unit_folder) / name;
    if (is_there(file)) return Secret(read_file(file, kMostSecretBytes));
    throw Error(ErrorKind::configuration,
                fmt::format("no credential {}: tried {} ($CREDENTIALS_DIRECTORY)", quote(name), file.string()),
                fmt::format("Add LoadCredential={}:PATH to the unit, then restart it.", name));
  }
  const std::filesystem::path ours = places.service_store / name;
  if (is_there(ours)) return read_stored(ours);
  const std::filesystem::path stored = places.store / name;
  if (is_there(stored)) return read_stored(stored);
  const std::filesystem::path encrypted = places.encrypted_store / name;
  if (is_there(encrypted)) return decrypt_stored(name, encrypted, places);
  throw Error(
      ErrorKind::configuration,
      fmt::format("no credential {}: tried $CREDENTIALS_DIRECTORY (not set: this is no systemd unit), {}, {} and {}",
                  quote(name), ours.string(), stored.string(), encrypted.string()),
      fmt::format("Run this as root, or put the value into {} (mode 0600).", ours.string()));
}

}  // namespace poller::config
