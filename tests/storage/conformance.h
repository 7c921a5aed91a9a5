// What the suites of this room share: fresh stores of each engine, and sample mails.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "storage/store.h"

namespace poller::storage_test {

/// A place for one store, gone with the object. Another engine is added in engines() of conformance.cc alone.
class Place {
 public:
  virtual ~Place() = default;
  virtual std::unique_ptr<Store> open(bool read_only = false) = 0;
  /// Lets nothing more be written, as on a full disk; `full == false` makes room again.
  virtual void set_full(Store& store, bool full) = 0;
  /// Complaints of the engine's own check of its data; empty when all is well.
  virtual std::string check() = 0;
};

/// Runs `test` once with every engine, each time with an empty place.
void with_each_engine(const std::function<void(Place&)>& test);

/// A folder below the system's temporary one, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The raw bytes of sample_mail(n).
std::string sample_bytes(int n);
/// A mail with everything filled; `n` makes it differ from others.
Mail sample_mail(int n);
Verdict sample_verdict();
NewTicket sample_ticket(int n);
SourceKey imap_key(std::uint32_t uid, const std::string& mailbox = "support");
/// A hash that stands for `n`.
std::string sample_hash(int n);

/// A ticket with one message, in a transaction of its own.
struct Stored {
  Ticket ticket;
  MessageId message = 0;
};
Stored store_one(Store& store, int n, TicketId ticket = 0);
/// The same in a transaction that is open.
Stored add_one(Transaction& transaction, int n, TicketId ticket = 0);

}  // namespace poller::storage_test
