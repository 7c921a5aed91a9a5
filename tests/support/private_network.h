// A network of a test's own, on which packets can be made to vanish: a Linux network namespace, with nftables in it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace poller::support {

class PrivateNetwork {
 public:
  /// Runs `work` in a thread that has such a network, as have the programs started from there; what it throws is
  /// thrown here. Gives the reason where this machine does not allow it and `work` was not run, else an empty text.
  static std::string run(const std::function<void(PrivateNetwork&)>& work);

  /// From now on every packet to and from these ports of 127.0.0.1 vanishes, as on a line that was cut: connections
  /// stand, nobody answers, new ones are not even refused.
  void drop(const std::vector<std::uint16_t>& ports);
  /// Everything passes again.
  void pass();

 private:
  PrivateNetwork() = default;
};

}  // namespace poller::support
