#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/safe_file.h"
#include "config/complaints.h"
#include "config/credentials.h"
#include "config/load.h"
#include "config/run_command.h"
#include "config/secret_ref.h"

namespace poller::config {
namespace {

Secret secret_of_file(const SecretRef& ref) {
  if (const std::string fault = secret_file_fault(ref.name); !fault.empty()) {
    throw Error(ErrorKind::configuration, fault, fmt::format("Run: chmod 600 {}", ref.name));
  }
  std::error_code ignored;
  if (!std::filesystem::exists(ref.name, ignored) && !ignored) {
    throw Error(ErrorKind::configuration, fmt::format("the secret's file {} does not exist", ref.name),
                fmt::format("Put the secret there, readable by its owner alone. A new vault key can be made by: (umask "
                            "077; openssl rand -base64 32 > {})",
                            ref.name));
  }
  return Secret(read_file(ref.name, kMostSecretBytes));
}

Secret secret_of_variable(const SecretRef& ref) {
  const char* value = std::getenv(ref.name.c_str());
  if (value != nullptr) return Secret(value);
  throw Error(ErrorKind::configuration, fmt::format("the environment variable {} is not set", ref.name),
              fmt::format("Set {} where poller is started.", ref.name));
}

Secret secret_of_command(const SecretRef& ref) {
  CommandResult result = run_command(ref.command, kSecretCommandTime);
  if (result.end == CommandResult::End::exited && result.code == 0) return Secret(std::move(result.output));
  Secret::wipe(result.output);
  throw Error(ErrorKind::configuration, fmt::format("the command {} {}", quote(ref.name), to_string(result)),
              "Run it by hand as the user that runs poller; it must print the secret and exit with 0.");
}

Secret raw_secret(const SecretRef& ref) {
  switch (ref.source) {
    case SecretSource::literal:
      return ref.literal;
    case SecretSource::file:
      return secret_of_file(ref);
    case SecretSource::env:
      return secret_of_variable(ref);
    case SecretSource::credential:
      return read_credential(ref.name, credential_places());
    case SecretSource::command:
      return secret_of_command(ref);
    case SecretSource::none:
      break;
  }
  throw Error(ErrorKind::configuration, "no secret is configured");
}

/// Where the reference stands, for a message: "poller.yaml:12:20: ".
std::string where(const Place& place) {
  return place.line == 0 ? std::string() : fmt::format("{}:{}:{}: ", place.file, place.line, place.column);
}

}  // namespace

Secret resolve_secret(const SecretRef& ref) {
  Secret secret;
  try {
    secret = raw_secret(ref);
  } catch (const Error& e) {
    throw Error(ErrorKind::configuration, where(ref.place) + e.what(), e.advice());
  }
  std::string_view value = secret.reveal();
  if (value.ends_with('\n')) value.remove_suffix(value.ends_with("\r\n") ? 2 : 1);
  if (value.empty()) throw Error(ErrorKind::configuration, where(ref.place) + "the secret is empty");
  return value.size() == secret.size() ? secret : Secret(std::string(value));
}

}  // namespace poller::config
