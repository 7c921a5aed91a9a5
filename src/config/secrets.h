// Secrets that the configuration names: read when they are needed.
#pragma once

#include "base/secret.h"
#include "config/config.h"

namespace poller::config {

/// The value now. A file's or credential's last line end is not part of it. Throws Error(configuration) that names the
/// place, what was tried and what to do; never with a byte of the secret.
Secret resolve_secret(const SecretRef& ref);

}  // namespace poller::config
