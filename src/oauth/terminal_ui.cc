#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/text.h"
#include "oauth/login_ui.h"

extern char** environ;

namespace poller::oauth {
namespace {

void write_line(int fd, const std::string& text) {
  const std::string line = text::escape_controls(text) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t n = ::write(fd, rest.data(), rest.size());
    if (n <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// xdg-open, without a shell, its own output thrown away. It returns as soon as it has found the browser.
bool start_opener(const std::string& url) {
  std::string program = "xdg-open", address = url;
  char* const arguments[] = {program.data(), address.data(), nullptr};
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return false;
  for (const int fd : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return false;
  // Some openers stay as long as the browser does: wait a moment only, to hear of a failure.
  constexpr int kLooks = 20;
  constexpr useconds_t kBetween = 50'000;
  for (int i = 0; i < kLooks; ++i) {
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    ::usleep(kBetween);
  }
  return true;
}

}  // namespace

void TerminalUi::say(const std::string& sentence) { write_line(STDERR_FILENO, sentence); }

void TerminalUi::show(const std::string& value) {
  write_line(output_is_for_a_program_ ? STDERR_FILENO : STDOUT_FILENO, value);
}

bool TerminalUi::open_browser(const std::string& url) {
  if (!may_open_browser_ || !(is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"))) return false;
  return start_opener(url);
}

}  // namespace poller::oauth
