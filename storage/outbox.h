// Mail on its way out, as it is kept: each row is written in the transaction that caused it, its bytes and Message-ID
// fixed then. docs/outbound.md tells the states.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/ticket.h"
#include "storage/raw.h"

namespace poller {

enum class OutboxState {
  pending,    // waits for its first try
  sending,    // in hand of a process
  sent,       // a server has taken it over
  retry,      // failed for now; next_try says when again
  uncertain,  // the connection was lost after its end and before the answer: nobody knows
  failed,     // refused for good, or tried too often
  cancelled,  // a person took it back
};

enum class OutboxKind {
  reply,      // an agent's
  ack,        // of a new ticket
  closed,     // closing notice
  too_large,  // refusal of an oversized mail
  notice,     // to agents, of a customer's mail
  forward,    // to an agent: something happened to his own mail
  alert,      // to the operator
};

/// "pending", "sending", … and "reply", "ack", "closed", "too_large", "notice", "forward", "alert".
const char* to_string(OutboxState state) noexcept;
const char* to_string(OutboxKind kind) noexcept;

/// Whether nobody wrote it: what `outbound.max_pending` refuses when the outbox is full.
bool is_automatic(OutboxKind kind) noexcept;

struct OutboxRow {
  std::int64_t id = 0;
  OutboxKind kind = OutboxKind::reply;
  std::string mailbox;
  std::optional<TicketId> ticket;  // after following merges
  std::optional<MessageId> message;
  OutboxState state = OutboxState::pending;
  int attempts = 0;
  UnixTime created_at = 0;
  UnixTime next_try = 0;     // 0: no further try
  UnixTime tried_at = 0;     // 0: never
  bool end_reached = false;  // the mail's end may have been on the wire in the last attempt
  std::string last_error;
  std::string message_id;  // without angle brackets
  std::string sender;
  std::vector<std::string> to;
  std::vector<std::string> owed;  // of `to`: those that no server has taken over yet
  std::string subject;
  std::string raw_sha256;
  std::uint64_t size = 0;
  std::string server_reply;
};

/// Whether nobody has got the mail yet: a copy of it that is found somewhere is the one in question.
inline bool is_first_copy(const OutboxRow& row) { return row.owed.size() == row.to.size(); }

struct NewOutgoing {
  std::int64_t id = 0;  // from OutboxWriter::next_id() in the same transaction
  OutboxKind kind = OutboxKind::reply;
  std::string mailbox;
  std::optional<TicketId> ticket;
  std::optional<MessageId> message;
  std::optional<MessageId> about;  // notices: the message told of, whose ticket is the notice's wherever it is moved
  UnixTime created_at = 0;
  UnixTime not_before = 0;
  std::string message_id;
  std::string sender;
  std::vector<std::string> to;
  std::string answers;  // automatic answers: the address answered, by its key (parsers/address_key.h), as below
  std::string subject;
  const PackedRaw* raw = nullptr;
};

/// How an attempt ended.
struct OutboxResult {
  OutboxState state = OutboxState::sent;
  std::string error;              // empty for sent
  UnixTime next_try = 0;          // for retry
  std::vector<std::string> owed;  // recipients still to be served
  std::string server_reply;
  bool counts = true;  // false: the attempt is not held against the row
};

struct OutboxCounts {
  std::int64_t pending = 0;    // pending, sending, retry
  std::int64_t uncertain = 0;  //
  std::int64_t failed = 0;     //
  UnixTime oldest = 0;         // creation of the oldest one pending; 0: none
};

/// Mail of one mailbox that should have gone out by now.
struct OutboxBacklog {
  std::string mailbox;
  std::int64_t waiting = 0;
  UnixTime oldest = 0;  // creation of the oldest one waiting
  std::string last_error;
  std::int64_t uncertain = 0;
  std::int64_t newest_uncertain = 0;  // its id
  std::int64_t failed = 0;            // agents' replies
  std::int64_t newest_failed = 0;     // its id
  std::string failed_error;
};

/// The reading half: Store::outbox(). The same threads and errors as Store.
class OutboxReader {
 public:
  virtual ~OutboxReader() = default;
  virtual std::optional<OutboxRow> row(std::int64_t id) = 0;
  virtual std::optional<OutboxRow> by_message_id(const std::string& message_id) = 0;
  /// Oldest first; of those sent and cancelled only what was queued or tried at or after `done_since`.
  virtual std::vector<OutboxRow> rows(UnixTime done_since) = 0;
  /// Pending and retry whose time has come; alerts to the operator first, then agents' replies, then by age.
  virtual std::vector<OutboxRow> due(const std::string& mailbox, UnixTime now, std::size_t limit) = 0;
  virtual std::vector<OutboxRow> in_state(const std::string& mailbox, OutboxState state) = 0;
  /// The last ones that the mailbox tried until that time and that are known as sent, newest first.
  virtual std::vector<OutboxRow> sent_until(const std::string& mailbox, UnixTime time, std::size_t limit) = 0;
  /// When the next row of the mailbox is due; nothing when none waits.
  virtual std::optional<UnixTime> next_due(const std::string& mailbox) = 0;
  virtual OutboxCounts counts() = 0;
  /// By mailbox: what could have been sent before `due_before` and waits still (in retry: what was queued before), and
  /// what is uncertain since before `tried_before`; alerts to the operator do not count. And agents' replies that
  /// failed, which somebody believes to be sent.
  virtual std::vector<OutboxBacklog> backlog(UnixTime due_before, UnixTime tried_before) = 0;
  /// Attempts of the mailbox since that time: mails, and their recipients.
  virtual std::int64_t mails_since(const std::string& mailbox, UnixTime since) = 0;
  virtual std::int64_t recipients_since(const std::string& mailbox, UnixTime since) = 0;
  /// Automatic answers to that address since that time.
  virtual std::int64_t answers_since(const std::string& address, UnixTime since) = 0;
  /// Automatic answers since that time, on one ticket or on all.
  virtual std::int64_t all_answers_since(UnixTime since, std::optional<TicketId> ticket) = 0;
  /// Why the address gets no automatic answers at `now`; nothing: it does.
  virtual std::optional<std::string> muted(const std::string& address, UnixTime now) = 0;
};

/// The writing half: Transaction::outbox(). Each change of state stands in the message's state too and, where there is
/// a ticket, in change_v1.
class OutboxWriter {
 public:
  virtual ~OutboxWriter() = default;
  /// The id that the next add() of this transaction must bear.
  virtual std::int64_t next_id() = 0;
  virtual void add(const NewOutgoing& mail) = 0;
  /// pending, retry → sending. False when the row is in another state.
  virtual bool claim(std::int64_t id, UnixTime now) = 0;
  /// To be durable before the end of the mail goes out.
  virtual void note_end_reached(std::int64_t id) = 0;
  /// Of a row in sending or uncertain. False when it is in another state.
  virtual bool finish(std::int64_t id, const OutboxResult& result, UnixTime now) = 0;
  /// A person's: pending, retry, uncertain, failed → cancelled; uncertain, failed, retry, cancelled → pending. False
  /// when the row is in another state.
  virtual bool cancel(std::int64_t id, const std::string& who, UnixTime now) = 0;
  virtual bool retry(std::int64_t id, const std::string& who, UnixTime now) = 0;
  /// What a bounce said of a sent mail: the message's state, not the row's.
  virtual void set_delivery(std::int64_t id, const std::string& message_state) = 0;
  /// Adds to the decision record of a message that `explain` prints.
  virtual void note_reasons(MessageId message, const std::vector<std::string>& reasons) = 0;
  virtual void mute(const std::string& address, UnixTime until, const std::string& reason) = 0;
};

}  // namespace poller
