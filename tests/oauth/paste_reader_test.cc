#include "oauth/paste_reader.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace poller::oauth {

TEST_CASE("Ctrl-C while an address may be pasted leaves the terminal as it was") {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(master >= 0);
  REQUIRE(::grantpt(master) == 0);
  REQUIRE(::unlockpt(master) == 0);
  const int terminal = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
  REQUIRE(terminal >= 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGINT, SIG_DFL);  // the test framework has its own
    ::setsid();
    ::ioctl(terminal, TIOCSCTTY, 0);
    ::tcsetpgrp(terminal, ::getpgrp());
    const PasteReader reader(terminal);
    termios now{};
    const bool changed = ::tcgetattr(terminal, &now) == 0 && (now.c_lflag & ICANON) == 0;
    if (changed) ::raise(SIGINT);
    ::_exit(3);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGINT);
  termios after{};
  REQUIRE(::tcgetattr(master, &after) == 0);  // the terminal itself is hung up with its session
  CHECK((after.c_lflag & ICANON) != 0);
  ::close(terminal);
  ::close(master);
}

}  // namespace poller::oauth
