#include "base/error.h"

#include <algorithm>
#include <array>

#include "base/exit_code.h"

namespace poller {

const char* to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::temporary:
      return "temporary";
    case ErrorKind::unreachable:
      return "unreachable";
    case ErrorKind::permanent:
      return "permanent";
    case ErrorKind::sign_in:
      return "sign-in";
    case ErrorKind::configuration:
      return "configuration";
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::no_input:
      return "no-input";
    case ErrorKind::no_mail:
      return "no-mail";
    case ErrorKind::limit:
      return "limit";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::storage:
      return "storage";
    case ErrorKind::vault:
      return "vault";
    case ErrorKind::ours:
      return "ours";
  }
  return "ours";
}

ExitCode exit_code_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::temporary:
      return ExitCode::temporary;
    case ErrorKind::unreachable:
      return ExitCode::unreachable;
    case ErrorKind::permanent:
      return ExitCode::unreachable;
    case ErrorKind::sign_in:
      return ExitCode::sign_in;
    case ErrorKind::configuration:
      return ExitCode::configuration;
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::no_input:
      return ExitCode::no_input;
    case ErrorKind::no_mail:
      return ExitCode::no_mail;
    case ErrorKind::limit:
      return ExitCode::temporary;
    case ErrorKind::corrupt:
      return ExitCode::ours;
    case ErrorKind::storage:
    case ErrorKind::vault:
      return ExitCode::storage;
    case ErrorKind::ours:
      return ExitCode::ours;
  }
  return ExitCode::ours;
}

ExitCode worse(ExitCode a, ExitCode b) noexcept {
  static constexpr std::array order{
      ExitCode::storage,   ExitCode::ours,  ExitCode::configuration, ExitCode::sign_in, ExitCode::unreachable,
      ExitCode::temporary, ExitCode::usage, ExitCode::no_input,      ExitCode::no_mail, ExitCode::ok};
  const auto rank = [](ExitCode c) { return std::find(order.begin(), order.end(), c) - order.begin(); };
  return rank(a) <= rank(b) ? a : b;
}

}  // namespace poller
