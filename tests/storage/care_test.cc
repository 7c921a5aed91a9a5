// Care of a store: checks that find damage, backups that are whole while others write, retention.
#include "storage/care.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "lib/openssl/digest.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {
namespace {

constexpr std::int64_t kDayLong = 86400;

/// A message whose bytes go into the file beside.
Stored store_large(Store& store, int n) {
  std::string bytes = sample_bytes(n);
  for (unsigned i = 0, x = static_cast<unsigned>(n) * 7919 + 1; i < 60'000; ++i) {
    x = x * 1664525 + 1013904223;
    bytes += static_cast<char>(33 + (x >> 24) % 90);  // does not pack well
  }
  Mail mail = sample_mail(n);
  mail.size = bytes.size();
  const PackedRaw packed = pack_raw(std::move(bytes), mail.sha256 = sample_hash(n));
  auto tx = store.begin();
  Stored out;
  out.ticket = tx->create_ticket(sample_ticket(n), "test");
  NewMessage message;
  const Verdict verdict = sample_verdict();
  message.ticket = out.ticket.id;
  message.mail = &mail;
  message.verdict = &verdict;
  message.raw = &packed;
  out.message = tx->add_message(message, "test");
  tx->commit();
  return out;
}

std::size_t count_tickets(Store& store) {
  std::size_t count = 0;
  store.for_each_ticket({}, [&](const Ticket&) { ++count; });
  return count;
}

void close_ticket(Store& store, TicketId ticket, UnixTime at) {
  auto tx = store.begin();
  TicketUpdate update;
  update.status = "closed";
  tx->update_ticket(ticket, update, "test", at);
  tx->commit();
}

}  // namespace

TEST_CASE("a sound store is sound; damage is found") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "store.db").string();
  {
    const auto store = open_sqlite_store(path);
    for (int i = 0; i < 20; ++i) store_one(*store, i);
  }
  CHECK(check_sqlite_store(path, true).empty());
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(20 * 4096);
  const std::string garbage(4096, '\x5a');
  file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  file.close();
  bool found = false;
  try {
    found = !check_sqlite_store(path, true).empty();
  } catch (const Error& error) {
    found = error.kind() == ErrorKind::storage;
  }
  CHECK(found);
}

TEST_CASE("a backup made while others write is a store, whole and consistent") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "store.db").string();
  const auto store = open_sqlite_store(path);
  for (int i = 0; i < 5; ++i) store_one(*store, i);
  std::atomic<bool> over{false};
  std::thread writer([&] {
    const auto own = open_sqlite_store(path);
    for (int i = 100; !over; ++i) {
      store_one(*own, i);
      // SQLite's writers do not queue: one that never rests shuts the others out for longer than they wait.
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  const std::string target = (folder.path() / "copy.db").string();
  std::string failure;
  try {
    back_up_sqlite_store(path, target);
  } catch (const Error& error) {
    failure = error.what();
  }
  over = true;
  writer.join();
  CHECK(failure == "");
  CHECK(check_sqlite_store(target, true).empty());
  CHECK(std::filesystem::exists(target + "-raw"));
  CHECK_FALSE(std::filesystem::exists(target + ".part"));
  CHECK((std::filesystem::status(target).permissions() & std::filesystem::perms(0077)) == std::filesystem::perms::none);
  const auto copy = open_sqlite_store(target);
  CHECK(count_tickets(*copy) >= 5);
  CHECK_THROWS_AS(back_up_sqlite_store(path, target), Error);  // never over another
}

TEST_CASE("retention: the bytes of tickets closed for long, and of no other") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "store.db").string();
  const auto store = open_sqlite_store(path);
  const UnixTime now = system_clock().unix_now();
  const Stored old_small = store_one(*store, 1);
  const Stored recent = store_one(*store, 2);
  const Stored open = store_one(*store, 3);
  close_ticket(*store, old_small.ticket.id, now - 100 * kDayLong);
  close_ticket(*store, recent.ticket.id, now - kDayLong);
  PruneLimits limits;
  limits.now = now;
  CHECK(prune_sqlite_store(path, limits).mails == 0);  // for ever
  limits.raw = 30 * kDayLong;
  const Pruned pruned = prune_sqlite_store(path, limits);
  CHECK(pruned.mails == 1);
  CHECK(pruned.bytes > 0);
  CHECK_FALSE(store->raw(store->message_raw_sha256(old_small.message)));
  CHECK(store->raw(store->message_raw_sha256(recent.message)));
  CHECK(store->raw(store->message_raw_sha256(open.message)));
  CHECK(store->messages(old_small.ticket.id).size() == 1);
  CHECK(prune_sqlite_store(path, limits).mails == 0);
  CHECK(check_sqlite_store(path, true).empty());
}

TEST_CASE("retention reaches the file beside, and vacuum makes it smaller") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "store.db").string();
  const UnixTime now = system_clock().unix_now();
  const auto store = open_sqlite_store(path);
  for (int i = 0; i < 30; ++i) close_ticket(*store, store_large(*store, i).ticket.id, now - 100 * kDayLong);
  const auto before = std::filesystem::file_size(path + "-raw");
  PruneLimits limits;
  limits.now = now;
  limits.raw = 30 * kDayLong;
  CHECK(prune_sqlite_store(path, limits).mails == 30);
  vacuum_sqlite_store(path);
  CHECK(std::filesystem::file_size(path + "-raw") < before / 4);
  for (const auto& finding : check_sqlite_store(path, true)) FAIL_CHECK(finding);
  store_large(*store, 99);
  for (const auto& finding : check_sqlite_store(path, false)) FAIL_CHECK(finding);
}

TEST_CASE("retention of the quarantine: rows that are done with, and their bytes") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "store.db").string();
  const auto store = open_sqlite_store(path);
  const UnixTime now = system_clock().unix_now();
  std::vector<std::int64_t> ids;
  std::vector<std::string> hashes;
  for (std::uint32_t i = 1; i <= 3; ++i) {
    std::string bytes = sample_bytes(static_cast<int>(i));
    std::string hash = sha256_hex(bytes);
    const PackedRaw packed = pack_raw(std::move(bytes), hash);
    hashes.push_back(std::move(hash));
    NewQuarantine row;
    row.source = imap_key(i);
    row.reason = "test";
    row.raw = &packed;
    row.received_at = now - 200 * kDayLong;
    auto tx = store->begin();
    ids.push_back(tx->add_quarantine(row));
    tx->commit();
  }
  auto tx = store->begin();
  tx->set_quarantine_state(ids[0], "dropped", 0);
  tx->set_quarantine_state(ids[1], "retried", 0);
  tx->commit();
  PruneLimits limits;
  limits.now = now;
  limits.quarantine = 90 * kDayLong;
  CHECK(prune_sqlite_store(path, limits).quarantine == 0);  // old mails, but done with only today
  limits.now = now + 91 * kDayLong;
  const Pruned pruned = prune_sqlite_store(path, limits);
  CHECK(pruned.quarantine == 2);
  CHECK(pruned.mails == 2);
  CHECK(store->quarantine(false).size() == 1);
  CHECK_FALSE(store->raw(hashes[0]));
  CHECK(store->raw(hashes[2]));
}

}  // namespace poller::storage_test
