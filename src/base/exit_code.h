// Exit codes (sysexits.h), and which one wins when several mailboxes failed.
#pragma once

#include "base/error.h"

namespace poller {

enum class ExitCode : int {
  ok = 0,
  usage = 64,
  no_mail = 65,
  no_input = 66,
  unreachable = 69,
  ours = 70,
  storage = 74,
  temporary = 75,
  sign_in = 77,
  configuration = 78,
};

ExitCode exit_code_of(ErrorKind kind) noexcept;

/// The worse of two: 74, 70, 78, 77, 69, 75, then the rest.
ExitCode worse(ExitCode a, ExitCode b) noexcept;

}  // namespace poller
