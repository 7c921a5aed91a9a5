// A browser that agrees to everything and comes back at once, for sign-ins at the scripted provider.
#pragma once

#include <string>

namespace poller::oauth {

/// The value of a parameter in an address, decoded.
std::string parameter(const std::string& url, const std::string& name);

/// Comes back to where the sign-in's address says, with a code, the state and `more` ("&scope=…"). The page it is
/// shown.
std::string come_back(const std::string& url, const std::string& more = "");

}  // namespace poller::oauth
