// The reasons of a decision record in words, for people.
#pragma once

#include <string>
#include <string_view>

namespace poller::cli {

/// "part:delivery-status" is "It bears a report about a delivery." A reason that is words already becomes a sentence.
std::string spoken_reason(std::string_view reason);

}  // namespace poller::cli
