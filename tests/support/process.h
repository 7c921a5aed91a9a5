// Programs started by a test: a server that lives as long as an object, and a run from start to end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace poller::support {

using Arguments = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;  // added to the test's own; "" removes a variable

/// Held while a program is started, and by write_text(): a file that one thread has open for writing must not stay open
/// in a program that another thread starts just then, since poller leaves files alone that somebody still writes.
std::mutex& spawning();

struct ProcessOptions {
  Environment environment;
  std::filesystem::path folder;  // to run in; empty: the test's own
  bool own_memory = false;       // started by fork: RunResult::peak_rss_kb is then not that of the test that starts it
};

/// A server: started by the constructor, ended by the destructor, and ended by the kernel should the test die first
/// (the death of the thread that starts it counts, so start it from a thread that stays).
class Child {
 public:
  /// Standard output and error go to `log`.
  Child(const Arguments& arguments, std::filesystem::path log, const ProcessOptions& options = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// SIGTERM, and SIGKILL after five seconds. Does nothing where it has ended.
  void stop();
  void signal(int number) const;
  [[nodiscard]] bool running();
  /// Waits until its log holds a line that starts with `start`, and gives the rest of that line. Throws with the log
  /// when the program ends or `limit` passes first.
  std::string wait_for_line(const std::string& start, std::chrono::milliseconds limit = std::chrono::seconds(30));
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  std::filesystem::path log_;
  pid_t pid_ = -1;
};

struct RunResult {
  int exit_code = -1;  // 128 + n when signal n ended it
  std::string out;
  std::string err;
  long peak_rss_kb = 0;
  double seconds = 0;
  double cpu_seconds = 0;  // of the program and those it waited for
  bool timed_out = false;  // killed when its time was over
};

struct RunOptions : ProcessOptions {
  std::string input;                                            // standard input
  std::chrono::milliseconds limit = std::chrono::seconds(120);  // then SIGKILL
};

/// Runs a program to its end.
RunResult run_program(const Arguments& arguments, const RunOptions& options = {});

/// Runs the poller of this build.
RunResult run_poller(const Arguments& arguments, const RunOptions& options = {});

}  // namespace poller::support
