#include "private_network.h"

#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "process.h"

namespace poller::support {
namespace {

constexpr const char* kNft = "/usr/sbin/nft";  // not in every user's PATH

bool loopback_up() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool done = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  ::close(fd);
  return done;
}

RunResult nft(const std::string& commands) {
  RunOptions options;
  options.input = commands;
  return run_program({kNft, "-f", "-"}, options);
}

std::string enter() {
  if (!std::filesystem::exists(kNft)) return "there is no nft (package nftables)";
  if (::unshare(CLONE_NEWNET) != 0) return std::string("no network namespace: ") + std::strerror(errno);
  if (!loopback_up()) return std::string("its loopback stays down: ") + std::strerror(errno);
  const auto tried = nft("add table inet test\n");
  return tried.exit_code == 0 ? std::string() : "no packet filter: " + tried.err;
}

}  // namespace

std::string PrivateNetwork::run(const std::function<void(PrivateNetwork&)>& work) {
  std::string why;
  std::exception_ptr failure;
  std::thread thread([&] {  // a namespace is a thread's, and there is no way back
    try {
      why = enter();
      if (!why.empty()) return;
      PrivateNetwork network;
      work(network);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  thread.join();
  if (failure) std::rethrow_exception(failure);
  return why;
}

void PrivateNetwork::drop(const std::vector<std::uint16_t>& ports) {
  std::string commands = "add chain inet test in { type filter hook input priority 0; }\n";
  for (const auto port : ports)
    commands +=
        fmt::format("add rule inet test in tcp dport {0} drop\nadd rule inet test in tcp sport {0} drop\n", port);
  if (const auto done = nft(commands); done.exit_code != 0) throw std::runtime_error("nft: " + done.err);
}

void PrivateNetwork::pass() {
  if (const auto done = nft("flush ruleset\nadd table inet test\n"); done.exit_code != 0)
    throw std::runtime_error("nft: " + done.err);
}

}  // namespace poller::support
