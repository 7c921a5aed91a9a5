// Reads and validates a configuration file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/secrets.h"

namespace poller::config {

struct Complaint {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  Place place;
  std::string text;  // "unknown key "pol_every"; did you mean "poll_every"?"
};

/// "file:line:column: error: text"
std::string to_string(const Complaint& complaint);

struct Loaded {
  Config config;
  std::vector<Complaint> complaints;  // in the order of the files; warnings too
  [[nodiscard]] bool ok() const;
};

/// Every complaint in one go, not just the first. Reads no secret and touches no network. A file that is missing or no
/// YAML is a complaint too.
Loaded load(const std::filesystem::path& file);

/// `explicit_path` when given, else ./poller.yaml, else /etc/poller/poller.yaml. Throws Error(configuration) when none
/// is there.
std::filesystem::path find_config_file(const std::string& explicit_path);

/// The configuration as it is understood, defaults, presets and includes filled in, as YAML that load() reads again.
/// Secrets in place, arguments of secret commands and passwords in URLs are masked.
std::string dump_masked(const Config& config);

/// What only a look at the files shows: secrets, certificates, CA files and templates that are missing or cannot be
/// read by whoever runs this, in the order of the configuration. load() leaves that to the moment of use, so that one
/// mailbox's missing file does not stop the others.
std::vector<Complaint> check_files(const Config& config);

}  // namespace poller::config
