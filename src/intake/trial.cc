#include "intake/trial.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "parsers/charset.h"

namespace poller {
namespace {

// One byte a mail through the pipe; whoever is missing at the end of the pipe killed the child.
[[noreturn]] void trial_child(std::span<const RawMail> mails, const ProcessOptions& options, int out, pid_t parent) {
  // Nobody else would end it: it holds the storage's files, and its mail may be one without end.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  for (const int sig : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTERM, SIGINT}) ::signal(sig, SIG_DFL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  try {
    for (const auto& mail : mails) {
      RawMail copy = mail;
      (void)process_mail(std::move(copy), options);
      const char ok = 1;
      if (::write(out, &ok, 1) != 1) break;
    }
  } catch (...) {
    // Caught further up, this copy of the process would give back the lease of the true one and go on as a second.
    ::_exit(1);
  }
  ::_exit(0);
}

std::size_t count_survivors(int in, std::size_t expected, int seconds) {
  std::size_t done = 0;
  while (done < expected) {
    pollfd p{in, POLLIN, 0};
    const int ready = ::poll(&p, 1, seconds * 1000);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    char buffer[256];
    const ssize_t n = ::read(in, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

std::size_t run_trial(std::span<const RawMail> mails, const ProcessOptions& options, int seconds) {
  load_charsets();
  int ends[2];
  if (::pipe(ends) != 0) throw Error(ErrorKind::temporary, std::string("cannot make a pipe: ") + std::strerror(errno));
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw Error(ErrorKind::temporary, std::string("cannot fork: ") + std::strerror(errno));
  }
  if (child == 0) {
    ::close(ends[0]);
    trial_child(mails, options, ends[1], self);
  }
  ::close(ends[1]);
  const std::size_t done = count_survivors(ends[0], mails.size(), seconds);
  ::close(ends[0]);
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return done;
}

}  // namespace

std::vector<bool> survives_processing(std::span<const RawMail> mails, const ProcessOptions& options, int seconds) {
  std::vector<bool> survived;
  while (survived.size() < mails.size()) {
    const std::size_t done = run_trial(mails.subspan(survived.size()), options, seconds);
    survived.insert(survived.end(), done, true);
    if (survived.size() < mails.size()) survived.push_back(false);
  }
  return survived;
}

}  // namespace poller
