// The command line: one subcommand a file.
#pragma once

namespace poller::cli {

/// Runs the program; the result is its exit code (base/exit_code.h). Catches every exception.
int run(int argc, char** argv);

}  // namespace poller::cli
