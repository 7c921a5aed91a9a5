// An answer to a browser on loopback.
#pragma once

#include <string>

namespace poller::oauth {

/// Sends a whole HTTP answer, within two seconds. `status` as in "404 Not Found".
void answer_browser(int fd, const char* status, const std::string& page) noexcept;

}  // namespace poller::oauth
