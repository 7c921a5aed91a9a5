#include "storage/sqlite/care_held.h"

#include "base/error.h"
#include "lib/sqlite/errors.h"
#include "storage/sqlite/file.h"
#include "storage/sqlite/upkeep.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Damaged;
using sqlite::NoRoom;

constexpr std::int64_t kCareSeconds = 6 * 3600;  // of the lease
constexpr const char* kCareLease = "#care";      // no mailbox may be called so

[[noreturn]] void under_way() {
  throw Error(ErrorKind::temporary, "another backup or prune of this storage is under way", "Wait for its end.");
}

}  // namespace

CareHeld::CareHeld(const std::string& path, bool reading) {
  refuse_empty_file(existing_file(path));
  try {
    take(path);
  } catch (const Error& error) {
    store_.reset();
    const bool is_unwritable =
        dynamic_cast<const NoRoom*>(&error) != nullptr || dynamic_cast<const Damaged*>(&error) != nullptr;
    if (!reading || !is_unwritable) throw;
    look(path);
  }
}

void CareHeld::take(const std::string& path) {
  store_ = open_sqlite_store(path);
  lease_ = store_->take_lease(kCareLease, system_clock().unix_now() + kCareSeconds);
  if (!lease_) under_way();
}

void CareHeld::look(const std::string& path) {
  try {
    if (is_leased(*open_to_read(path), kCareLease)) under_way();
  } catch (const Damaged&) {
    // nothing to be known of it
  }
}

CareHeld::~CareHeld() {
  if (lease_) store_->release_lease(*lease_);
}

}  // namespace poller::sqlite_engine
