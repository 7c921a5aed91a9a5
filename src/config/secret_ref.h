// How the file refers to secrets, and the check that others cannot read them.
#pragma once

#include <string>

#include "config/fields.h"

namespace poller::config {

/// {file: PATH}, {env: NAME}, {credential: NAME}, {command: [..]}; a text in place is taken with a warning. Complaints
/// never show what stands there.
bool read_secret(const Value& value, SecretRef& out);

/// Why the file must not be used as it is: others can read or change it, or it belongs to somebody else. Empty when it
/// is fine or does not exist.
std::string secret_file_fault(const std::filesystem::path& file);

}  // namespace poller::config
