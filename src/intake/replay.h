// The same pipeline fed from files.
#pragma once

#include <string>
#include <vector>

#include "base/exit_code.h"
#include "intake/pass.h"

namespace poller {

struct ReplayResult {
  PassSummary summary;
  ExitCode code = ExitCode::ok;  // no_mail, no_input when an input was bad; the others were done
};

ReplayResult replay(Store& store, const config::Config& config, const config::Mailbox& mailbox,
                    const std::vector<std::string>& paths, const Clock& clock, const PassOptions& options);

}  // namespace poller
