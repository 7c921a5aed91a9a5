// Sets of UIDs as they are sent (RFC 9051 section 9, sequence-set).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace poller::imap {

/// "1:4,7,9:12": sorted, without doubles, neighbours as ranges.
std::string uid_set(std::vector<std::uint32_t> uids);

/// The same in pieces of at most `octets` bytes and `count` UIDs.
std::vector<std::string> uid_sets(std::vector<std::uint32_t> uids, std::size_t octets, std::size_t count = SIZE_MAX);

}  // namespace poller::imap
