#include "cli/load_configuration.h"

#include "intake/rules.h"

namespace poller::cli {

config::Loaded load_configuration(const std::filesystem::path& file) {
  config::Loaded loaded = config::load(file);
  for (RuleFault& fault : find_rule_faults(loaded.config.rules)) {
    loaded.complaints.push_back({config::Complaint::Severity::error, std::move(fault.place), std::move(fault.text)});
  }
  return loaded;
}

LogLevel level_of(const config::Complaint& complaint) {
  return complaint.severity == config::Complaint::Severity::error ? LogLevel::error : LogLevel::warning;
}

}  // namespace poller::cli
