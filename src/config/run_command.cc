#include "config/run_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "base/secret.h"

extern char** environ;

namespace poller::config {
namespace {

using Steady = std::chrono::steady_clock;

/// The reading end of the child's standard output, and the child.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (output_ >= 0) ::close(output_);
    if (pid_ > 0) {
      ::kill(-pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  /// 0, or errno.
  int start(const std::vector<std::string>& argv, const CommandInput& input);
  [[nodiscard]] int output() const { return output_; }
  /// False when the deadline came first.
  bool wait(Steady::time_point deadline, int& status);

 private:
  int output_ = -1;
  pid_t pid_ = -1;
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& one : strings) out.push_back(const_cast<char*>(one.c_str()));
  out.push_back(nullptr);
  return out;
}

/// The text as a file without a name, so that nobody waits for a program that does not read; -1 for an empty one.
int input_file(const std::string& text) {
  if (text.empty()) return -1;
  const int fd = ::memfd_create("input", MFD_CLOEXEC);
  if (fd < 0) return -1;
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = ::write(fd, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    at += static_cast<std::size_t>(n);
  }
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

int spawn(const std::vector<std::string>& argv, const CommandInput& input, int in, int output, pid_t& pid) {
  const std::vector<char*> arguments = pointers(argv);
  std::vector<char*> environment = pointers(input.environment);
  environment.pop_back();
  for (char** one = environ; *one != nullptr; ++one) environment.push_back(*one);
  environment.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  if (in >= 0) {
    ::posix_spawn_file_actions_adddup2(&actions, in, 0);
  } else {
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  }
  ::posix_spawn_file_actions_adddup2(&actions, output, 1);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int result = ::posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return result;
}

int Child::start(const std::vector<std::string>& argv, const CommandInput& input) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno;
  output_ = ends[0];
  const int in = input_file(input.text);
  const int result = spawn(argv, input, in, ends[1], pid_);
  ::close(ends[1]);
  if (in >= 0) ::close(in);
  if (result != 0) pid_ = -1;
  return result;
}

bool Child::wait(Steady::time_point deadline, int& status) {
  // Left unreaped until its group is ended, so that the number cannot belong to somebody else by then.
  siginfo_t info{};
  for (auto pause = std::chrono::milliseconds(1); info.si_pid == 0;) {
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno != EINTR) break;
    if (info.si_pid != 0) break;
    if (Steady::now() >= deadline) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(50));
  }
  ::kill(-pid_, SIGKILL);  // what it left behind
  if (::waitpid(pid_, &status, 0) != pid_) status = 1 << 8;
  pid_ = -1;
  return true;
}

/// Whether the end of the output came before the deadline and within the limit.
CommandResult::End read_output(int fd, Steady::time_point deadline, std::string& out) {
  out.reserve(kMostSecretBytes + 4096);  // never moved, so that no copy is left behind unwiped
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
    if (left <= 0) return CommandResult::End::timed_out;
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return CommandResult::End::timed_out;
    char block[4096];
    const ssize_t n = ::read(fd, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return CommandResult::End::exited;
    out.append(block, static_cast<std::size_t>(n));
    ::explicit_bzero(block, sizeof block);
    if (out.size() > kMostSecretBytes) return CommandResult::End::too_long;
  }
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& argv, std::chrono::milliseconds time_allowed,
                          const CommandInput& input) {
  CommandResult result;
  Child child;
  result.code = child.start(argv, input);
  if (result.code != 0) return result;
  const auto deadline = Steady::now() + time_allowed;
  result.end = read_output(child.output(), deadline, result.output);
  int status = 0;
  if (result.end == CommandResult::End::exited && !child.wait(deadline, status)) {
    result.end = CommandResult::End::timed_out;
  }
  if (result.end != CommandResult::End::exited) {
    Secret::wipe(result.output);
  } else if (WIFSIGNALED(status)) {
    result.end = CommandResult::End::signalled;
    result.code = WTERMSIG(status);
  } else {
    result.code = WEXITSTATUS(status);
  }
  return result;
}

std::string to_string(const CommandResult& result) {
  switch (result.end) {
    case CommandResult::End::exited:
      return fmt::format("exited with status {}", result.code);
    case CommandResult::End::signalled:
      return fmt::format("was ended by signal {}", result.code);
    case CommandResult::End::timed_out:
      return "took too long";
    case CommandResult::End::too_long:
      return fmt::format("printed more than {} bytes", kMostSecretBytes);
    case CommandResult::End::not_started:
      return fmt::format("cannot be started: {}", std::strerror(result.code));
  }
  return {};
}

}  // namespace poller::config
