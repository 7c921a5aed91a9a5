// The mail files that a command is given, one by one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "intake/inputs.h"

namespace poller::cli {

/// Hands over each mail of the files, folders and mbox files; `is_mail` is false for what does not look like one. What
/// is no mail and what cannot be read is named on standard error and counts for the exit code: no_mail, no_input.
ExitCode for_each_mail_file(const std::vector<std::string>& paths,
                            const std::function<void(const InputMail& mail, bool is_mail)>& visit);

}  // namespace poller::cli
