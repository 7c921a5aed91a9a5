// Parses mails in a child process first: after a crash nobody knows which of the mails in hand was the cause.
#pragma once

#include <span>
#include <vector>

#include "intake/processed.h"

namespace poller {

/// For each mail whether a child process came through process_mail() with it, within `seconds` for one mail and without
/// taking more memory than a mail may. The caller's process is never at risk.
std::vector<bool> survives_processing(std::span<const RawMail> mails, const ProcessOptions& options, int seconds = 30);

}  // namespace poller
