#include "mailbox/imap/wire_sets.h"

#include <algorithm>

namespace poller::imap {

std::vector<std::string> uid_sets(std::vector<std::uint32_t> uids, std::size_t octets, std::size_t count) {
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  std::vector<std::string> out;
  std::size_t room = 0;  // UIDs that the last piece may still take
  for (std::size_t i = 0; i < uids.size();) {
    std::size_t last = i;
    const std::size_t most = room > 0 ? room : count;
    while (last + 1 < uids.size() && uids[last + 1] == uids[last] + 1 && last + 1 - i < most) ++last;
    std::string range = std::to_string(uids[i]);
    if (last > i) range += ":" + std::to_string(uids[last]);
    if (room == 0 || out.back().size() + 1 + range.size() > octets) {
      out.push_back(std::move(range));
      room = count;
    } else {
      out.back() += "," + range;
    }
    room -= last + 1 - i;
    i = last + 1;
  }
  return out;
}

std::string uid_set(std::vector<std::uint32_t> uids) {
  const auto sets = uid_sets(std::move(uids), SIZE_MAX);
  return sets.empty() ? std::string() : sets.front();
}

}  // namespace poller::imap
