#pragma once

#include <CLI/CLI.hpp>

namespace poller::cli {

/// Tells on stderr what is wrong with the command line, with the nearest command or option where a word was misspelt.
void complain_usage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace poller::cli
