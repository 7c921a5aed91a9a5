#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "temp_dir.h"

extern char** environ;

namespace poller::support {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// argv and environ for exec, made before vfork: after it the child may hardly call anything.
class ExecImage {
 public:
  ExecImage(const Arguments& arguments, const Environment& added) : texts_(arguments) {
    const auto count = texts_.size();
    for (char** e = environ; *e != nullptr; ++e) {
      const std::string entry = *e;
      if (added.count(entry.substr(0, entry.find('='))) == 0) texts_.push_back(entry);
    }
    for (const auto& [name, value] : added)
      if (!value.empty()) texts_.push_back(name + "=" + value);
    for (std::size_t i = 0; i < texts_.size(); ++i) (i < count ? argv_ : env_).push_back(texts_[i].data());
    argv_.push_back(nullptr);
    env_.push_back(nullptr);
  }
  [[noreturn]] void run() {
    ::execvpe(argv_[0], argv_.data(), env_.data());
    static constexpr char kMessage[] = "cannot start the program\n";
    [[maybe_unused]] const auto n = ::write(2, kMessage, sizeof kMessage - 1);
    ::_exit(127);
  }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> argv_, env_;
};

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + strerror(errno));
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t i) {
    if (ends[i] >= 0) ::close(ends[i]);
    ends[i] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

// Runs the image with these as standard input, output and error. By vfork: with AddressSanitizer this process is
// hundreds of megabytes large, and to copy its page tables took longer than what is started. Its child borrows this
// thread's stack until exec, and may do no more than calls of the kernel.
pid_t spawn(const Arguments& arguments, const ProcessOptions& options, const std::array<int, 3>& standard) {
  ExecImage image(arguments, options.environment);
  const std::string folder = options.folder.string();
  const pid_t parent = ::getpid();
  const std::lock_guard lock(spawning());
  const pid_t pid = options.own_memory ? ::fork() : ::vfork();
  if (pid < 0) throw std::runtime_error(std::string("fork: ") + strerror(errno));
  if (pid > 0) return pid;  // after vfork: exec is done
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // the test died in between
  for (int i = 0; i < 3; ++i) ::dup2(standard[static_cast<std::size_t>(i)], i);
  if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(127);
  ::signal(SIGPIPE, SIG_DFL);
  image.run();
}

int open_or_throw(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error(path + ": " + strerror(errno));
  return fd;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// Feeds `input` and gathers both outputs until they are closed; false when the deadline passes first.
bool converse(Pipe& in, Pipe& out, Pipe& err, std::string_view input, RunResult& result, Clock::time_point deadline) {
  ::fcntl(in.ends[1], F_SETFL, O_NONBLOCK);
  if (input.empty()) in.close_end(1);
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 3> fds{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}, {in.ends[1], POLLOUT, 0}}};
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    ::poll(fds.data(), fds.size(), static_cast<int>(std::min<long>(left, 1000)));
    std::array<char, 65536> buffer;
    for (std::size_t i = 0; i < 2; ++i) {
      if (fds[i].fd < 0 || (fds[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      const auto n = ::read(fds[i].fd, buffer.data(), buffer.size());
      if (n > 0) (i == 0 ? result.out : result.err).append(buffer.data(), static_cast<std::size_t>(n));
      if (n == 0) (i == 0 ? out : err).close_end(0);
    }
    if (fds[2].fd >= 0 && fds[2].revents != 0) {
      const auto n = ::write(fds[2].fd, input.data(), input.size());
      if (n > 0) input.remove_prefix(static_cast<std::size_t>(n));
      if (input.empty() || (n < 0 && errno != EAGAIN)) in.close_end(1);
    }
  }
  return true;
}

}  // namespace

std::mutex& spawning() {
  static std::mutex mutex;
  return mutex;
}

Child::Child(const Arguments& arguments, std::filesystem::path log, const ProcessOptions& options)
    : log_(std::move(log)) {
  const int null = open_or_throw("/dev/null", O_RDONLY);
  const int out = open_or_throw(log_.string(), O_WRONLY | O_CREAT | O_APPEND);
  pid_ = spawn(arguments, options, {null, out, out});
  ::close(null);
  ::close(out);
}

Child::~Child() { stop(); }

bool Child::running() {
  if (pid_ < 0) return false;
  if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

void Child::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

void Child::stop() {
  signal(SIGTERM);
  for (int i = 0; i < 1000 && running(); ++i) std::this_thread::sleep_for(milliseconds(5));
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string Child::wait_for_line(const std::string& start, milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  for (;;) {
    const bool alive = running();
    const std::string text = "\n" + read_text(log_);
    const auto at = text.find("\n" + start);
    const auto end = at == std::string::npos ? at : text.find('\n', at + 1);
    if (end != std::string::npos) return text.substr(at + 1 + start.size(), end - at - 1 - start.size());
    if (!alive || Clock::now() > deadline) throw std::runtime_error("no \"" + start + "\" in " + log_.string() + text);
    std::this_thread::sleep_for(milliseconds(5));
  }
}

RunResult run_program(const Arguments& arguments, const RunOptions& options) {
  ::signal(SIGPIPE, SIG_IGN);  // a program that does not read its input is no end of the test
  RunResult result;
  Pipe in, out, err;
  const auto begin = Clock::now();
  const pid_t pid = spawn(arguments, options, {in.ends[0], out.ends[1], err.ends[1]});
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  result.timed_out = !converse(in, out, err, options.input, result, begin + options.limit);
  if (result.timed_out) ::kill(pid, SIGKILL);
  int status = 0;
  rusage used{};
  ::wait4(pid, &status, 0, &used);
  result.exit_code = exit_code_of(status);
  result.peak_rss_kb = used.ru_maxrss;
  result.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return result;
}

RunResult run_poller(const Arguments& arguments, const RunOptions& options) {
  const char* other = std::getenv("POLLER_PROGRAM");  // e.g. the release build, which crash tests try
  Arguments all{other != nullptr ? other : POLLER_BINARY};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program(all, options);
}

}  // namespace poller::support
