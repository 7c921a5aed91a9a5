// The outbox's two halves on SQLite. outbox_rows.cc reads, outbox.cc writes.
#pragma once

#include <functional>

#include "lib/sqlite/database.h"
#include "storage/outbox.h"
#include "storage/sqlite/raw_file.h"

namespace poller::sqlite_engine {

class SqliteOutboxReader final : public OutboxReader {
 public:
  explicit SqliteOutboxReader(sqlite::Database& db) : db_(db) {}
  std::optional<OutboxRow> row(std::int64_t id) override;
  std::optional<OutboxRow> by_message_id(const std::string& message_id) override;
  std::vector<OutboxRow> rows(UnixTime done_since) override;
  std::vector<OutboxRow> due(const std::string& mailbox, UnixTime now, std::size_t limit) override;
  std::vector<OutboxRow> in_state(const std::string& mailbox, OutboxState state) override;
  std::vector<OutboxRow> sent_until(const std::string& mailbox, UnixTime time, std::size_t limit) override;
  std::optional<UnixTime> next_due(const std::string& mailbox) override;
  OutboxCounts counts() override;
  std::vector<OutboxBacklog> backlog(UnixTime due_before, UnixTime tried_before) override;
  std::int64_t mails_since(const std::string& mailbox, UnixTime since) override;
  std::int64_t recipients_since(const std::string& mailbox, UnixTime since) override;
  std::int64_t answers_since(const std::string& address, UnixTime since) override;
  std::int64_t all_answers_since(UnixTime since, std::optional<TicketId> ticket) override;
  std::optional<std::string> muted(const std::string& address, UnixTime now) override;

 private:
  sqlite::Database& db_;
};

class SqliteOutboxWriter final : public OutboxWriter {
 public:
  /// `open` gives the connection while the transaction stands.
  SqliteOutboxWriter(std::function<sqlite::Database&()> open, RawFile& raws) : open_(std::move(open)), raws_(raws) {}
  std::int64_t next_id() override;
  void add(const NewOutgoing& mail) override;
  bool claim(std::int64_t id, UnixTime now) override;
  void note_end_reached(std::int64_t id) override;
  bool finish(std::int64_t id, const OutboxResult& result, UnixTime now) override;
  bool cancel(std::int64_t id, const std::string& who, UnixTime now) override;
  bool retry(std::int64_t id, const std::string& who, UnixTime now) override;
  void set_delivery(std::int64_t id, const std::string& message_state) override;
  void note_reasons(MessageId message, const std::vector<std::string>& reasons) override;
  void mute(const std::string& address, UnixTime until, const std::string& reason) override;

 private:
  void tell(std::int64_t id, const std::string& who, UnixTime at);
  std::function<sqlite::Database&()> open_;
  RawFile& raws_;
};

}  // namespace poller::sqlite_engine
