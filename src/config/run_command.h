// Starts a program that prints a secret, or that tells somebody something.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace poller::config {

constexpr std::size_t kMostSecretBytes = 64 * 1024;
constexpr std::chrono::seconds kSecretCommandTime{30};

struct CommandResult {
  enum class End { exited, signalled, timed_out, too_long, not_started };
  End end = End::not_started;
  int code = 0;        // exit status, signal number, or errno
  std::string output;  // standard output; the caller wipes it
};

/// What the program is given beside its arguments.
struct CommandInput {
  std::string text;                      // its standard input
  std::vector<std::string> environment;  // "NAME=value", added to ours
};

/// Runs argv[0] (found in PATH) without a shell in a process group of its own; its standard error is thrown away since
/// programs write secrets there too. Ends the whole group at the deadline.
CommandResult run_command(const std::vector<std::string>& argv, std::chrono::milliseconds time_allowed,
                          const CommandInput& input = {});

/// "exited with status 3", "took longer than 30s": without a byte of output.
std::string to_string(const CommandResult& result);

}  // namespace poller::config
