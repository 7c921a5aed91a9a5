// What backup, prune and vacuum share: how they are kept apart, also where the disk of the storage is full.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/store.h"

namespace poller::sqlite_engine {

constexpr int kNumberBits = 16;  // of piece.id, see raw_file.cc

inline std::string beside_of(const std::string& path) { return path + "-raw"; }

/// Backup and prune must not meet: what a backup's copy names must still be there when the bytes are copied.
/// Throws Error(temporary) where another process has it.
class CareHeld {
 public:
  /// `reading`: the storage is not written. Where it cannot be (a full disk, damage) nobody else can be kept out, but
  /// who is at work there is still seen.
  CareHeld(const std::string& path, bool reading);
  ~CareHeld();
  CareHeld(const CareHeld&) = delete;
  CareHeld& operator=(const CareHeld&) = delete;

 private:
  void take(const std::string& path);
  static void look(const std::string& path);

  std::unique_ptr<Store> store_;
  std::optional<Lease> lease_;
};

}  // namespace poller::sqlite_engine
