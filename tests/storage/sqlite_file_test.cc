// What is SQLite's own: the file, its settings, its versions and its views.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.h"
#include "lib/sqlite/errors.h"
#include "storage/care.h"
#include "storage/sqlite/engine.h"
#include "storage/sqlite/file.h"
#include "storage/sqlite/migrations.h"
#include "tests/storage/conformance.h"
#include "tests/storage/processes.h"

namespace poller::storage_test {
namespace {

namespace fs = std::filesystem;

unsigned mode_of(const fs::path& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 ? st.st_mode & 0777 : 0;
}

std::optional<ErrorKind> opening_fails(const std::string& path, bool read_only = false) {
  try {
    open_sqlite_store(path, read_only);
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

void run_sql(const std::string& path, const std::string& sql) {
  std::ofstream(path, std::ios::app).flush();  // makes the file
  sqlite::Database(path, false, 1000).execute(sql);
}

std::vector<std::string> columns_of(sqlite::Database& db, const std::string& view) {
  std::vector<std::string> out;
  auto query = db.query("SELECT name FROM pragma_table_info(?) ORDER BY cid");
  query.bind(view);
  while (query.step()) out.push_back(query.text(0));
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("the files are private, and so are folders made for them") {
  const TemporaryFolder folder;
  const mode_t old = ::umask(0);
  const fs::path path = folder.path() / "a" / "b" / "store.db";
  const auto store = open_sqlite_store(path);
  store_one(*store, 1);
  auto transaction = store->begin();
  const Mail mail = sample_mail(1);
  const Verdict verdict;
  const PackedRaw raw{sample_hash(5), 20'000, PackedRaw::Codec::none, std::string(20'000, 'x')};
  NewMessage message;
  message.mail = &mail;
  message.verdict = &verdict;
  message.raw = &raw;
  transaction->add_message(message, "poller");
  transaction->commit();
  ::umask(old);
  CHECK(mode_of(folder.path() / "a") == 0700);
  CHECK(mode_of(folder.path() / "a" / "b") == 0700);
  for (const char* suffix : {"", "-wal", "-shm", "-raw", "-raw-journal"}) {
    CAPTURE(suffix);
    CHECK(mode_of(path.string() + suffix) == 0600);
  }
}

TEST_CASE("a store is opened with the settings that its promises rest on") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "store.db";
  {
    sqlite_engine::SqliteStore store(path, false);
    sqlite::Database& db = store.database();
    CHECK(db.read_integer("PRAGMA synchronous") == 2);
    CHECK(db.read_integer("PRAGMA foreign_keys") == 1);
    CHECK(db.read_integer("PRAGMA busy_timeout") == 10'000);
    CHECK(db.read_integer("PRAGMA user_version") == static_cast<std::int64_t>(sqlite_engine::migrations().size()));
    {
      auto mode = db.query("PRAGMA journal_mode");
      REQUIRE(mode.step());
      CHECK(mode.bytes(0) == "wal");
    }
    store_one(store, 1);
    CHECK(fs::file_size(path + "-wal") > 0);
  }
  CHECK_FALSE(fs::exists(path + "-wal"));  // worked off by the last one to close
}

TEST_CASE("paths that can be no store are refused with the right kind") {
  const TemporaryFolder folder;
  const std::string base = folder.path();
  CHECK(opening_fails("") == ErrorKind::configuration);
  CHECK(opening_fails(base) == ErrorKind::configuration);
  CHECK(opening_fails(base + "/") == ErrorKind::configuration);
  CHECK(opening_fails(base + "/missing.db", true) == ErrorKind::storage);
  CHECK_FALSE(fs::exists(base + "/missing.db"));
  std::ofstream(base + "/text.db") << std::string(5'000, 'x');
  CHECK(opening_fails(base + "/text.db") == ErrorKind::storage);
  CHECK(opening_fails(base + "/text.db", true) == ErrorKind::storage);
  CHECK(opening_fails(base + "/text.db/store.db") == ErrorKind::storage);
  run_sql(base + "/foreign.db", "CREATE TABLE theirs (a)");
  CHECK(opening_fails(base + "/foreign.db") == ErrorKind::configuration);
  run_sql(base + "/foreign2.db", "PRAGMA application_id = 5; PRAGMA user_version = 1");
  CHECK(opening_fails(base + "/foreign2.db") == ErrorKind::configuration);
  std::ofstream(base + "/empty.db").flush();
  CHECK(opening_fails(base + "/empty.db", true) == ErrorKind::storage);
  CHECK_FALSE(opening_fails(base + "/empty.db"));
}

TEST_CASE("a newer schema is refused, an older one is refused to readers alone") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "store.db";
  open_sqlite_store(path);
  run_sql(path, "PRAGMA user_version = 999");
  CHECK(opening_fails(path) == ErrorKind::configuration);
  CHECK(opening_fails(path, true) == ErrorKind::configuration);
  run_sql(path, "PRAGMA user_version = 0");
  CHECK(opening_fails(path, true) == ErrorKind::storage);
}

TEST_CASE("each migration is one transaction, and goes on where it stood") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "store.db";
  std::vector<sqlite_engine::Migration> steps = sqlite_engine::migrations();
  const int before = static_cast<int>(steps.size());
  open_sqlite_store(path);
  sqlite::Database db(path, false, 1000);
  steps.push_back({before + 1, "good", "CREATE TABLE extra (a)"});
  steps.push_back({before + 2, "bad", "INSERT INTO extra VALUES (1); CREATE TABLE extra (b)"});
  CHECK_THROWS_AS(sqlite_engine::migrate(db, steps), Error);
  CHECK(db.read_integer("PRAGMA user_version") == before + 1);
  CHECK(db.read_integer("SELECT count(*) FROM extra") == 0);
  steps.back().sql = "INSERT INTO attachment VALUES (1, 77, 0, '', '', 0, '', '', 0, 0, 0, 0, '')";
  try {
    sqlite_engine::migrate(db, steps);
    CHECK(false);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::corrupt);  // refers to a message that is not there
  }
  steps.back().sql = "INSERT INTO extra VALUES (2)";
  sqlite_engine::migrate(db, steps);
  sqlite_engine::migrate(db, steps);
  CHECK(db.read_integer("PRAGMA user_version") == before + 2);
  CHECK(db.read_integer("SELECT count(*) FROM extra") == 1);
  CHECK(db.read_integer("PRAGMA foreign_keys") == 1);
}

TEST_CASE("a store of every earlier version becomes one of this version, and works") {
  const auto& all = sqlite_engine::migrations();
  for (std::size_t version = 1; version <= all.size(); ++version) {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "store.db").string();
    {
      sqlite::Database db(sqlite_engine::created_file(path), false, 1000);
      sqlite_engine::migrate(db, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(version)});
      db.execute(
          "INSERT INTO ticket (number, subject, queue, status, priority, assignee, tags_json, requester_name,"
          " requester_address, created_at, updated_at, message_count)"
          " VALUES ('T-1', 'old', 'support', 'new', '', '', '[]', '', 'a@example.test', 1, 1, 0)");
    }
    CAPTURE(version);
    const auto store = open_sqlite_store(path);
    const auto ticket = store->ticket_by_number("T-1");
    REQUIRE(ticket);
    CHECK(ticket->subject == "old");
    CHECK(store_one(*store, 1, ticket->id).message > 0);
    CHECK(check_sqlite_store(path, false).empty());
  }
}

TEST_CASE("the views are what other programs were promised") {
  const TemporaryFolder folder;
  sqlite_engine::SqliteStore engine(folder.path() / "store.db", false);
  Store& store = engine;
  sqlite::Database& db = engine.database();
  CHECK(columns_of(db, "ticket_v1") == Words{"id", "number", "subject", "queue", "status", "priority", "requester_name",
                                             "requester_address", "created_at", "updated_at", "message_count"});
  CHECK(columns_of(db, "message_v1") == Words{"id", "ticket_id", "direction", "kind", "message_id", "in_reply_to",
                                              "subject", "from_name", "from_address", "to_json", "cc_json", "date",
                                              "received_at", "mailbox", "text", "new_text", "html", "raw_sha256"});
  CHECK(columns_of(db, "attachment_v1") ==
        Words{"id", "message_id", "position", "filename", "content_type", "size", "sha256", "content_id", "inline"});
  CHECK(columns_of(db, "change_v1") ==
        Words{"sequence", "ticket_id", "message_id", "at", "who", "what", "detail_json"});

  store_one(store, 1);
  Mail note;
  note.text = note.new_text = "a note";
  const Verdict verdict;
  auto transaction = store.begin();
  NewMessage message;
  message.ticket = 1;
  message.direction = Direction::note;
  message.mail = &note;
  message.verdict = &verdict;
  transaction->add_message(message, "ann");
  transaction->commit();

  auto ticket = db.query("SELECT created_at, updated_at, message_count FROM ticket_v1");
  REQUIRE(ticket.step());
  CHECK(ticket.bytes(0) == "2023-11-14T22:13:21Z");
  CHECK(ticket.integer(2) == 2);
  auto m = db.query(
      "SELECT message_id, in_reply_to, to_json, date, received_at, text, new_text, raw_sha256, direction, kind"
      " FROM message_v1 ORDER BY id");
  REQUIRE(m.step());
  CHECK(m.bytes(0) == "mail-1@example.com");
  CHECK(m.bytes(1) == R"(["before@example.com"])");
  CHECK(m.bytes(2) ==
        R"([{"address":"support@example.com","name":"Support"},{"address":"other@example.com","name":""}])");
  CHECK(m.bytes(3) == "2023-11-14T22:13:21Z");
  CHECK(m.bytes(4) == "2023-11-14T22:13:21Z");
  CHECK(m.bytes(5) == sample_mail(1).text);
  CHECK(m.bytes(6) == sample_mail(1).new_text);
  CHECK(m.bytes(7) == sample_mail(1).sha256);
  CHECK(m.bytes(8) == "in");
  CHECK(m.bytes(9) == "bounce");
  REQUIRE(m.step());
  CHECK(m.is_null(0));
  CHECK(m.bytes(1) == "[]");
  CHECK(m.is_null(3));
  CHECK(m.bytes(6) == "a note");
  CHECK(m.is_null(7));
  auto a = db.query("SELECT position, sha256, inline FROM attachment_v1 ORDER BY id");
  REQUIRE(a.step());
  CHECK(a.integer(0) == 0);
  CHECK(a.bytes(1) == sample_mail(1).attachments[0].sha256);
  CHECK(a.integer(2) == 1);
  auto change = db.query("SELECT at, what FROM change_v1 ORDER BY sequence");
  REQUIRE(change.step());
  CHECK(change.bytes(0) == "2023-11-14T22:13:21Z");
  CHECK(change.bytes(1) == "created");
}

TEST_CASE("the store without the file beside it says what is missing") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "store.db";
  const std::string bytes(100'000, 'x');
  const PackedRaw raw{sample_hash(5), bytes.size(), PackedRaw::Codec::none, bytes};
  {
    const auto store = open_sqlite_store(path);
    auto transaction = store->begin();
    NewQuarantine row;
    row.raw = &raw;
    transaction->add_quarantine(row);
    transaction->commit();
    CHECK_THROWS_AS(store->raw(raw.sha256), Error);  // the bytes are not what the hash says
  }
  fs::remove(path + "-raw");
  for (const bool read_only : {true, false}) {
    try {
      open_sqlite_store(path, read_only)->raw(raw.sha256);
      CHECK(false);
    } catch (const Error& error) {
      CHECK((error.kind() == ErrorKind::storage || error.kind() == ErrorKind::corrupt));
      CHECK(std::string(error.what()).find("-raw") != std::string::npos);
    }
  }
}

TEST_CASE("after an I/O error the process does not touch the store again") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "store.db";
  { store_one(*open_sqlite_store(path), 1); }
  Child child([&]() -> int {
    const auto store = open_sqlite_store(path);
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{2000, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &small);  // every write fails with EFBIG
    try {
      store_one(*store, 2);
      return 1;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::storage) return 2;
    }
    const rlimit large{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &large);
    if (opening_fails(path) != ErrorKind::storage) return 3;
    try {
      store->begin();
      return 4;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::storage ? 0 : 5;
    }
  });
  CHECK(child.join() == 0);
  const auto store = open_sqlite_store(path);
  CHECK_FALSE(store->ticket(2));
  CHECK(store_one(*store, 2).ticket.id == 2);
}

TEST_CASE("a storage that was removed or replaced under its writer takes no more mail") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "store.db";
  const auto store = open_sqlite_store(path);
  store_one(*store, 1);
  fs::rename(path, folder.path() / "away.db");
  CHECK_THROWS_WITH_AS(store->begin(), doctest::Contains("was removed"), Error);
  { store_one(*open_sqlite_store(folder.path() / "other.db"), 1); }
  fs::rename(folder.path() / "other.db", path);
  CHECK_THROWS_WITH_AS(store->begin(), doctest::Contains("was replaced"), Error);
  fs::rename(folder.path() / "away.db", path);
  CHECK(store_one(*store, 2).ticket.id == 2);
}

TEST_CASE("a writer killed in the file beside leaves it readable, also to readers") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "store.db";
  std::string bytes(9'000'000, 'x');  // more than the cache: pages are written before the commit
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 5);
  const auto add = [&](Store& store, int n) {
    const Mail mail = sample_mail(n);
    const PackedRaw raw{mail.sha256, 40'000, PackedRaw::Codec::none, bytes.substr(0, n == 1 ? 40'000 : bytes.size())};
    NewQuarantine row;
    row.raw = &raw;
    auto transaction = store.begin();
    transaction->add_quarantine(row);
    if (n == 1) transaction->commit();
    return transaction;
  };
  { add(*open_sqlite_store(path), 1); }
  Child child([&]() -> int {
    const auto store = open_sqlite_store(path);
    const auto transaction = add(*store, 2);
    tell_parent();
    hang();
  });
  child.wait_for_word();
  child.kill();
  const auto reader = open_sqlite_store(path, true);
  try {
    reader->raw(sample_mail(1).sha256);
    CHECK(false);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("damaged") != std::string::npos);  // read; its hash is made up here
  }
}

}  // namespace poller::storage_test
