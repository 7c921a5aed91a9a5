#include "care_worlds.h"

#include <sqlite3.h>

#include <stdexcept>

#include "../support/temp_dir.h"
#include "mail_world.h"

namespace poller::crash {
namespace {

void execute_sql(const std::filesystem::path& file, const std::string& sql) {
  std::filesystem::create_directories(file.parent_path());
  sqlite3* database = nullptr;
  std::string failure;
  if (sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) != SQLITE_OK ||
      sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    failure = sqlite3_errmsg(database);
  sqlite3_close(database);
  if (!failure.empty()) throw std::runtime_error(file.string() + ": " + failure);
}

std::filesystem::path store_file(const MailWorld& world) { return world.home().path() / "var/poller.db"; }

class MigrationWorld : public MailWorld {
 public:
  MigrationWorld() : MailWorld({}) {
    execute_sql(store_file(*this), support::read_text(support::source_dir() / "storage/schema/0001_first.sql") +
                                       "PRAGMA user_version = 1;"
                                       "INSERT INTO ticket (number, subject, queue, status, priority, assignee, "
                                       "tags_json, requester_name, requester_address, created_at, updated_at, "
                                       "message_count) VALUES ('T-1', 'old', 'support', 'open', '', '', '[]', 'Ann', "
                                       "'ann@example.org', 1, 1, 0)");
  }
  [[nodiscard]] nlohmann::json state() override {
    auto out = MailWorld::state();
    out["old"] = home().count("SELECT count(*) FROM ticket WHERE subject = 'old'");
    out["version"] = home().count("PRAGMA user_version");
    return out;
  }
};

class PruneWorld : public MailWorld {
 public:
  PruneWorld()
      : MailWorld({"seen", false, false, "imap", "    max_size: 200KB\n", "retention: {raw: 1d, quarantine: 1d}\n", 3,
                   120'000}) {
    if (const auto result = MailWorld::act({}); result.exit_code != 0)
      throw std::runtime_error("preparing: " + result.out + result.err);
    // Closed for long, all but the first; a mail that was dropped long ago.
    execute_sql(store_file(*this),
                "UPDATE ticket SET status = 'closed', updated_at = 1000 WHERE id > 1;"
                "INSERT INTO quarantine (mailbox, folder, uidvalidity, uid, uidl, reason, attempts, complete, size,"
                " subject, received_at, state, retry_max_size, done_at) VALUES ('support', 'INBOX', 1, 999, '', 'test',"
                " 0, 1, 0, 'old', 1000, 'dropped', 0, 1000)");
  }
  support::RunResult act(const support::Environment& environment) override { return run({"db", "prune"}, environment); }
  [[nodiscard]] nlohmann::json state() override {
    auto out = MailWorld::state();
    out["bytes kept"] = home().count("SELECT count(*) FROM raw WHERE bytes IS NOT NULL OR beside IS NOT NULL");
    out["quarantine rows"] = home().count("SELECT count(*) FROM quarantine");
    return out;
  }
};

}  // namespace

Scenario migration_scenario() {
  return {"migration", [] { return std::make_unique<MigrationWorld>(); }};
}

Scenario prune_scenario() {
  return {"prune", [] { return std::make_unique<PruneWorld>(); }};
}

}  // namespace poller::crash
