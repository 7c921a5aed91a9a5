// Other processes, for the tests that need one: forked, so that they can be killed at any point.
#pragma once

#include <sys/types.h>

#include <functional>

namespace poller::storage_test {

/// A child that runs `body` and ends with what it returns; 99 for an exception. Killed and reaped with the object.
class Child {
 public:
  explicit Child(const std::function<int()>& body);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Waits until the child has called tell_parent() once more.
  void wait_for_word();
  /// SIGKILL; reaped when it returns, unless `leave_zombie`.
  void kill(bool leave_zombie = false);
  /// Waits for its end: its exit code, or -1 when it was killed.
  int join();

 private:
  pid_t pid_ = 0;
  int pipe_ = -1;
};

/// In the child: lets wait_for_word() go on.
void tell_parent();
/// In the child: stands still until killed.
[[noreturn]] void hang();

}  // namespace poller::storage_test
