// Mails in files: .eml files, folders of them, Maildirs, mbox files, standard input.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace poller {

/// A mail of an input file; an mbox gives several, "PATH#1", "PATH#2", …
struct InputMail {
  std::string file;
  std::string bytes;
};

struct InputOptions {
  bool sniff_mbox = false;            // replay: a file that starts with "From " is an mbox whatever its name
  std::size_t max_bytes = 1UL << 32;  // of one file
};

struct InputProblem {
  std::string file;
  ErrorKind kind;  // no_input
  std::string text;
};

/// Walks the paths in the order given (folders sorted by name, Maildirs new before cur) and hands over each mail, also
/// what is no mail. `visit` returns false to stop. Files that cannot be read go to `problem`.
void read_inputs(const std::vector<std::string>& paths, const InputOptions& options,
                 const std::function<bool(InputMail&&)>& visit,
                 const std::function<void(const InputProblem&)>& problem);

}  // namespace poller
