// The store as the rest of the program sees it: no SQL, no type of any engine. storage/sqlite implements it; what every
// engine must do is in tests/storage (one conformance suite).
//
// Threads: a Store belongs to one thread. Processes: any number; writers wait for one another.
// Errors: Error(storage) for disk and I/O (nothing of the transaction is there then), Error(temporary) when another
// process kept the store busy for too long, Error(corrupt) for a damaged file, Error(configuration) for a bad path.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "model/placement.h"
#include "model/source.h"
#include "model/ticket.h"
#include "storage/raw.h"

namespace poller {

class OutboxReader;  // storage/outbox.h
class OutboxWriter;

/// A mail's way through the ledger. Only `stored` and later count as "we have it".
enum class LedgerState {
  in_hand,      // being processed; the process that died with it in hand counts as one attempt
  stored,       // committed; the server has not been told yet
  settled,      // committed, and the server told (or nothing to tell)
  quarantined,  // every byte is in quarantine; may be settled
  held,         // in quarantine without all of its bytes: never settled, not fetched again until `quarantine retry`
};

struct LedgerEntry {
  SourceKey source;
  LedgerState state = LedgerState::in_hand;
  int attempts = 0;
  std::optional<MessageId> message;
};

/// What is known of a folder between passes.
struct FolderState {
  std::uint32_t uidvalidity = 0;
  std::uint32_t watermark = 0;  // every UID up to here is in the ledger or was to be skipped
  UnixTime listed_in_full_at = 0;
  std::uint32_t start_uid = 0;  // `start: new`: UIDs below were there before us
};

/// A mail's Message-ID (or one that it refers to) that the store knows.
struct ThreadHit {
  std::string message_id;
  TicketId ticket = 0;               // after following merges
  std::optional<MessageId> message;  // set when the mail itself is stored, not only referred to
  Direction direction = Direction::in;
};

struct StoredMessageRef {
  MessageId message = 0;
  TicketId ticket = 0;  // after following merges; 0 when the mail was ignored
  std::string mailbox;
  std::string queue;
};

struct NewTicket {
  std::string subject;
  std::string queue;
  std::string number_form;  // "T-{id}"
  std::string status = "new";
  std::string priority;
  std::string assignee;
  std::vector<std::string> tags;
  Address requester;
  UnixTime created_at = 0;
};

struct TicketUpdate {
  std::optional<std::string> status, queue, subject, priority, assignee;
  std::optional<Address> requester;
  std::optional<std::vector<std::string>> tags;
};

struct NewMessage {
  TicketId ticket = 0;  // 0: stored without a ticket (ignored mail)
  Direction direction = Direction::in;
  const Mail* mail = nullptr;
  const Verdict* verdict = nullptr;
  const PackedRaw* raw = nullptr;  // null for notes
  UnixTime received_at = 0;
  std::string mailbox;
  std::string state = "stored";
  std::string identity;              // the second net: see intake/identity.h; empty for none
  std::string decision_json = "{}";  // the decision record that `explain` prints
};

/// A stored mail read anew: what is derived from its bytes. The bytes, its ticket and its decision stay.
struct RevisedMessage {
  const Mail* mail = nullptr;
  const Verdict* verdict = nullptr;
  std::string identity;
  std::vector<std::string> fields;  // names of what changed, for change_v1
};

/// A further copy of a message that is stored already: the same mail in a second mailbox, or met again after a
/// UIDVALIDITY change. Its bytes are not kept; their hash is.
struct Delivery {
  MessageId message = 0;
  SourceKey source;
  UnixTime received_at = 0;
  std::string sha256;
};

struct NewQuarantine {
  SourceKey source;
  std::string reason;
  int attempts = 1;
  bool complete = true;            // every byte of the mail is in `raw`
  const PackedRaw* raw = nullptr;  // null when nothing was had
  std::uint64_t size = 0;          // as announced
  std::string subject;
  UnixTime received_at = 0;
  std::optional<TicketId> ticket;  // the minimal ticket made for it
};

struct QuarantineRow {
  std::int64_t id = 0;
  SourceKey source;
  std::string mailbox;
  std::string reason;
  int attempts = 0;
  bool complete = true;
  std::uint64_t size = 0;
  std::string sha256;  // of the bytes that were had, empty when none
  std::string subject;
  UnixTime received_at = 0;
  std::string state;  // "open", "retried", "dropped", "retry-wanted"
  std::optional<TicketId> ticket;
  std::uint64_t retry_max_size = 0;  // with retry-wanted: what --max-size said, else 0
};

struct MailboxStatus {
  std::string name;
  std::string state = "ok";      // "ok", "sign-in needed", "throttled", "error"
  UnixTime last_success = 0;     // 0: never
  UnixTime next_poll = 0;        // 0: not planned
  std::int64_t lag_seconds = 0;  // age at commit of the mail committed last
  std::string last_error;
  UnixTime since = 0;  // of `state`
  std::string advice;  // what to do about last_error; empty: none is known
};

/// The right to work on a mailbox. `token` grows with each holder: writes with an older one are refused (fencing).
struct Lease {
  std::string mailbox;
  std::int64_t token = 0;
};

/// A key that signs our Message-IDs; see threading/key_ring.h.
struct MessageKey {
  std::int64_t id = 0;
  Secret secret;
  UnixTime created_at = 0;  // 0: before keys had a date
};

struct TicketFilter {
  std::optional<std::string> queue, status, requester;
  std::vector<std::string> other_spellings;  // of `requester`
  std::optional<UnixTime> since;             // updated at or after
  std::optional<std::int64_t> limit;
};

struct AttachmentRef {
  AttachmentId id = 0;
  MessageId message = 0;
  std::string raw_sha256;
  Attachment attachment;
};

/// One write transaction. Destroyed without commit() it leaves nothing behind. One at a time per Store.
class Transaction {
 public:
  virtual ~Transaction() = default;
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Durable when it returns (WAL, synchronous=FULL). Throws Error(temporary) when the lease given to begin() was lost.
  virtual void commit() = 0;

  /// One mail within a group: what follows savepoint() is undone by rollback_to_savepoint(), kept by
  /// release_savepoint(). Either ends the savepoint; they do not nest. After Error(storage) the whole transaction is
  /// lost: both then throw Error(storage) too.
  virtual void savepoint() = 0;
  virtual void rollback_to_savepoint() = 0;
  virtual void release_savepoint() = 0;

  /// Ledger. mark_in_hand and unmark_in_hand leave alone what is stored, settled, quarantined or held.
  virtual void mark_in_hand(std::span<const SourceKey> mails) = 0;    // attempts + 1, state in_hand
  virtual void unmark_in_hand(std::span<const SourceKey> mails) = 0;  // not processed after all: attempts - 1, at 0 new
  virtual void set_ledger(const SourceKey& source, LedgerState state, std::optional<MessageId> message) = 0;
  virtual void set_settled(std::span<const SourceKey> mails) = 0;  // stored, quarantined → settled
  virtual void forget_ledger(const SourceKey& source) = 0;         // fetched again by the next pass
  virtual void set_folder_state(const std::string& mailbox, const std::string& folder, const FolderState& state) = 0;

  /// Tickets and messages. Every call writes its own line of change_v1; `who` stands in it.
  virtual Ticket create_ticket(const NewTicket& ticket, const std::string& who) = 0;
  virtual MessageId add_message(const NewMessage& message, const std::string& who) = 0;
  virtual void add_delivery(const Delivery& delivery) = 0;
  /// Message-IDs seen in References of an accepted mail: they will join their answers to the ticket.
  virtual void add_thread_ids(TicketId ticket, std::span<const std::string> message_ids) = 0;
  /// Addresses (To and Cc of an accepted mail) that take part in the ticket.
  virtual void add_participants(TicketId ticket, std::span<const std::string> addresses) = 0;
  /// From now on the newest of the keys.
  virtual void add_message_key(const Secret& secret, UnixTime now) = 0;
  virtual void update_ticket(TicketId ticket, const TicketUpdate& update, const std::string& who, UnixTime at) = 0;
  /// All messages of `from` move to `into`; `from` gets status "merged" and points there.
  virtual void merge_tickets(TicketId from, TicketId into, const std::string& who, UnixTime at) = 0;
  /// The message and those after it in its ticket become a ticket of their own, numbered by `ticket`. Throws
  /// Error(usage) for the first message of a ticket, and for one that is in none.
  virtual Ticket split_ticket(MessageId first, const NewTicket& ticket, const std::string& who) = 0;
  /// Attachments keep their ids by their positions.
  virtual void revise_message(MessageId id, const RevisedMessage& revised, const std::string& who, UnixTime at) = 0;
  virtual void add_change(const Change& change) = 0;
  virtual void touch_contact(const Address& address, UnixTime at) = 0;

  /// Quarantine.
  virtual std::int64_t add_quarantine(const NewQuarantine& row) = 0;
  virtual void set_quarantine_state(std::int64_t id, const std::string& state, std::uint64_t retry_max_size) = 0;

  /// Status kept for `poller status` when no daemon runs.
  virtual void set_mailbox_status(const MailboxStatus& status) = 0;

  /// Small values by name (last answers, last alerts, …).
  virtual void set_value(const std::string& name, const std::string& value) = 0;

  /// Mail on its way out.
  virtual OutboxWriter& outbox() = 0;
};

/// Another process has the lease that an action needs: nothing is wrong.
class LeaseHeld : public Error {
 public:
  LeaseHeld(const std::string& what, const std::string& advice) : Error(ErrorKind::temporary, what, advice) {}
};

class Store {
 public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Starts a write transaction; waits for other writers. With a lease, commit() checks that it still holds.
  virtual std::unique_ptr<Transaction> begin(const std::optional<Lease>& lease = std::nullopt) = 0;

  // ---- What follows reads. Inside a transaction of this Store it sees that transaction's own writes.

  /// The entries that exist for these keys; a key without one is new.
  virtual std::vector<LedgerEntry> ledger(std::span<const SourceKey> keys) = 0;
  /// Committed, and the server not told yet (state stored or quarantined), oldest first.
  virtual std::vector<SourceKey> unsettled(const std::string& mailbox, const std::string& folder,
                                           std::uint32_t uidvalidity) = 0;
  /// In hand of a process that is gone: to be processed one by one.
  virtual std::vector<LedgerEntry> left_in_hand(const std::string& mailbox) = 0;
  virtual std::optional<FolderState> folder_state(const std::string& mailbox, const std::string& folder) = 0;

  /// The first copy; with `queue` (`queues[].own_copy`) the first one that is in a ticket of that queue or came through
  /// that mailbox.
  virtual std::optional<StoredMessageRef> find_identity(const std::string& identity,
                                                        const std::optional<std::string>& queue = std::nullopt,
                                                        const std::string& mailbox = {}) = 0;
  /// The same of what stands for mails in quarantine (state "quarantined"), which find_identity() passes over.
  virtual std::optional<StoredMessageRef> find_quarantined(const std::string& identity,
                                                           const std::optional<std::string>& queue = std::nullopt,
                                                           const std::string& mailbox = {}) = 0;
  /// Hits in the order of `message_ids`, several for an id that stands in several tickets.
  virtual std::vector<ThreadHit> find_thread(std::span<const std::string> message_ids) = 0;

  /// ASCII case ignored; also of tickets that were merged into this one.
  virtual bool is_participant(TicketId ticket, const std::string& address) = 0;
  virtual std::vector<MessageKey> message_keys() = 0;  // oldest first
  /// Tickets with created_at from `from` to `to`, both included.
  virtual std::int64_t tickets_created_between(UnixTime from, UnixTime to) = 0;
  /// Each of them: when it was made, whose it is, and who wrote its first message (empty: nobody, or it has none).
  using CreatedVisit =
      std::function<void(UnixTime created_at, const std::string& requester, const std::string& writer)>;
  virtual void for_each_created_between(UnixTime from, UnixTime to, const CreatedVisit& visit) = 0;
  /// The requesters of all tickets, each spelling once (ASCII case ignored); not the empty one.
  virtual void for_each_requester(const std::function<void(const std::string& address)>& visit) = 0;

  virtual std::optional<Ticket> ticket(TicketId id) = 0;                          // merged ones too
  virtual std::optional<Ticket> ticket_by_number(const std::string& number) = 0;  // ASCII case ignored
  virtual TicketId follow_merges(TicketId id) = 0;
  /// Newest first (updated_at, id); merged ones too, with status "merged". `requester` is an address, ASCII case
  /// ignored.
  virtual void for_each_ticket(const TicketFilter& filter, const std::function<void(const Ticket&)>& visit) = 0;
  virtual std::vector<Message> messages(TicketId ticket) = 0;  // oldest first
  virtual std::optional<Message> message(MessageId id) = 0;
  /// Mails received (not sent, and with bytes) since then, by ascending id: those after `after`, at most `limit`.
  virtual std::vector<MessageId> mail_ids(UnixTime since, MessageId after, std::size_t limit) = 0;
  virtual std::optional<AttachmentRef> attachment(AttachmentId id) = 0;
  virtual std::string message_raw_sha256(MessageId id) = 0;               // empty: unknown, or a note
  virtual std::optional<std::string> raw(const std::string& sha256) = 0;  // the bytes, unpacked
  virtual std::string decision_json(MessageId id) = 0;                    // empty: unknown
  virtual std::vector<Delivery> deliveries(MessageId id) = 0;             // further ones, without the first
  /// Tickets with a change after `sequence`, each once with its last one, in the order of those.
  virtual std::vector<std::pair<TicketId, std::int64_t>> changed_since(std::int64_t sequence, std::size_t limit) = 0;
  virtual std::vector<Change> changes(TicketId ticket) = 0;

  virtual std::vector<QuarantineRow> quarantine(bool open_only) = 0;  // open: neither retried nor dropped; oldest first
  virtual std::optional<QuarantineRow> quarantine_row(std::int64_t id) = 0;
  virtual std::vector<MailboxStatus> mailbox_statuses() = 0;
  virtual std::optional<MailboxStatus> mailbox_status(const std::string& name) = 0;
  virtual std::optional<std::string> value(const std::string& name) = 0;
  virtual OutboxReader& outbox() = 0;

  // ---- Leases: one pass on a mailbox at a time, whichever process makes it. Not within a Transaction of this Store.

  /// Takes the lease, also from a holder that is dead on this host or whose time is over. Nothing when a live one has
  /// it.
  virtual std::optional<Lease> take_lease(const std::string& mailbox, UnixTime until) = 0;
  virtual bool renew_lease(const Lease& lease, UnixTime until) = 0;  // false: lost
  virtual void release_lease(const Lease& lease) noexcept = 0;
};

/// Failures of stores in this process since its start, each as often as it was thrown.
struct StorageFailures {
  std::uint64_t storage = 0;  // disk, rights
  std::uint64_t busy = 0;     // another process wrote for too long
  std::uint64_t corrupt = 0;
};
StorageFailures storage_failures() noexcept;

/// Opens (and where needed creates and migrates) the store at `path`. Read-only opens create and migrate nothing: a
/// store that is not there, or older than this program, is then Error(storage) that says so.
std::unique_ptr<Store> open_sqlite_store(const std::string& path, bool read_only = false);

}  // namespace poller
