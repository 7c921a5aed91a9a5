// What a person is told to do about an error.
#pragma once

#include <string>

#include "base/error.h"

namespace poller::cli {

/// The error's advice, with how long the other side asks us to wait where it does; empty where there is neither.
std::string advice_of(const Error& error);

}  // namespace poller::cli
