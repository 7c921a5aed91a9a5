#include "storage/sqlite/process.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/text.h"

namespace poller::sqlite_engine {
namespace {

std::string read_line(const std::string& path) {
  try {
    std::string content = read_file(path, 1 << 16);
    return content.substr(0, content.find('\n'));
  } catch (const Error&) {
    return {};
  }
}

std::string host() {
  std::string id = read_line("/etc/machine-id");
  if (!id.empty()) return id;
  std::array<char, HOST_NAME_MAX + 1> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string pid_namespace() {
  std::array<char, 64> link{};
  const ssize_t n = ::readlink("/proc/self/ns/pid", link.data(), link.size());
  return n > 0 ? std::string(link.data(), static_cast<std::size_t>(n)) : "-";
}

struct ProcessState {
  char state = '?';
  std::string start_time;  // in ticks since boot; empty when it cannot be read
};

// proc(5), /proc/PID/stat: field 3 is the state, 22 the start time. Field 2 (the name) may hold blanks and ")".
ProcessState process_state(const std::string& pid) {
  const std::string line = read_line("/proc/" + pid + "/stat");
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  const auto fields = text::split(std::string_view(line).substr(name_end + 1), ' ');  // [0] is empty, [1] the state
  if (fields.size() < 21 || fields[1].empty()) return {};
  return {fields[1].front(), std::string(fields[20])};
}

std::string identity_prefix() {
  static const std::string prefix = host() + ' ' + read_line("/proc/sys/kernel/random/boot_id");
  return prefix;
}

}  // namespace

const std::string& this_process() {
  thread_local std::string identity;
  thread_local pid_t known_pid = 0;
  if (known_pid != ::getpid()) {  // also after a fork
    known_pid = ::getpid();
    const std::string pid = fmt::to_string(known_pid);
    identity = fmt::format("{} {} {} {}", identity_prefix(), pid_namespace(), pid, process_state(pid).start_time);
  }
  return identity;
}

bool is_gone(std::string_view identity) {
  const auto theirs = text::split(identity, ' ');
  const std::string& own = this_process();
  const auto ours = text::split(own, ' ');
  if (theirs.size() != 5 || theirs[0] != ours[0]) return false;
  if (theirs[1] != ours[1]) return true;
  if (theirs[2] != ours[2]) return false;
  std::uint64_t pid = 0;
  if (!text::parse_uint(theirs[3], pid) || pid == 0 || pid > INT_MAX) return false;
  if (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) return true;
  const ProcessState now = process_state(std::string(theirs[3]));
  if (now.start_time.empty()) return false;  // it is there, but /proc does not show it to us
  return now.state == 'Z' || now.state == 'X' || now.start_time != theirs[4];
}

}  // namespace poller::sqlite_engine
