// One holder of a vault entry at a time, whatever the process: an flock on a file beside the entry. The file holds a
// note while its holder is in a place where dying would matter, so that the next holder can say what happened.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace poller::oauth {

class EntryLock {
 public:
  /// Waits for the lock. Throws Error: temporary when it is still held at the deadline, storage when the file cannot be
  /// made.
  EntryLock(std::filesystem::path file, std::chrono::milliseconds deadline);
  ~EntryLock();
  EntryLock(EntryLock&& other) noexcept;
  EntryLock& operator=(EntryLock&&) = delete;

  /// What a holder before this one left, who died before it could clear it; empty otherwise.
  [[nodiscard]] const std::string& note_left() const noexcept { return note_left_; }
  /// Survives the end of the process, not of the machine. Never throws: it is a help, nothing depends on it.
  void set_note(std::string_view note) noexcept;
  /// Removes the lock's file; the lock itself is held until this object goes.
  void remove_file() noexcept;

 private:
  bool try_lock();
  std::filesystem::path file_;
  std::string note_left_;
  int fd_ = -1;
};

}  // namespace poller::oauth
