// Domain names in the form in which they are compared (RFC 5891, Unicode UTS #46). Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace poller::icu {

/// The domain in lower-case ASCII, its labels beyond ASCII as "xn--…"; no dot at its end. What is no domain name, or
/// is written with letters that no registered one has, comes back in lower case as it is.
std::string ascii_domain(std::string_view domain);

}  // namespace poller::icu
