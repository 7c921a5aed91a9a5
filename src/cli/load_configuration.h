// The configuration read for running: what config::load() finds, and what only the rooms that use it can tell.
#pragma once

#include <filesystem>

#include "base/log.h"
#include "config/load.h"

namespace poller::cli {

/// config::load(), and the rules' patterns compiled: a broken one is an error at its place.
config::Loaded load_configuration(const std::filesystem::path& file);

LogLevel level_of(const config::Complaint& complaint);

}  // namespace poller::cli
