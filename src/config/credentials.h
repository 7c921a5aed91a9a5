// Where systemd credentials are found: systemd.exec(5), LoadCredential=; systemd-creds(1).
#pragma once

#include <filesystem>
#include <string>

#include "base/secret.h"

namespace poller::config {

struct CredentialPlaces {
  std::string unit_folder;                                          // $CREDENTIALS_DIRECTORY; empty outside a unit
  std::filesystem::path service_store = "/etc/poller/credentials";  // what the package's unit is given
  std::filesystem::path store = "/etc/credstore";
  std::filesystem::path encrypted_store = "/etc/credstore.encrypted";
  std::string decrypt_program = "systemd-creds";
};

/// Those of this process.
CredentialPlaces credential_places();

/// The credential's value as it stands. Inside a unit only the unit's own folder counts; outside, the folder that the
/// package's unit takes its credentials from, so that `poller login` by hand has the service's key, then the store,
/// then the encrypted store. Throws Error(configuration) that says which places were tried.
Secret read_credential(const std::string& name, const CredentialPlaces& places);

}  // namespace poller::config
