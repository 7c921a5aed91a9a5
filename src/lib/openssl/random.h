// Unpredictable bytes, from OpenSSL's generator.
#pragma once

#include <cstddef>
#include <string>

namespace poller {

std::string random_bytes(std::size_t count);

}  // namespace poller
