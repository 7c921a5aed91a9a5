// A session on one mailbox, whatever the protocol: list, fetch, settle, wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/raw_mail.h"
#include "model/source.h"

namespace poller {

/// What is done on the server once a mail is durable here.
struct SettleAction {
  enum class What { keep, seen, remove, move };
  What what = What::seen;
  std::string folder;  // for move
};

/// One mail on the server, before it is fetched.
struct Listed {
  SourceKey source;
  std::optional<std::uint64_t> size;  // where the protocol tells it cheaply (POP3 LIST, file size); an estimate
  bool seen = false;                  // IMAP: told when everything is listed (ListRequest::min_uid 0 or 1), else false
};

struct ListRequest {
  bool unseen_only = false;   // start: unseen
  std::uint32_t min_uid = 0;  // only UIDs from here on; IMAP alone, others ignore it
};

/// What the server said about the folder when it was opened. Other protocols than IMAP leave the numbers 0.
struct FolderInfo {
  std::string name;
  std::uint32_t uidvalidity = 0;  // RFC 9051 section 2.3.1.1
  std::uint32_t uidnext = 0;      // the next mail has this number or a higher one; 0: no such numbers
  std::uint32_t exists = 0;       // mails in it; follows the server's notices
};

struct FetchOptions {
  /// A mail announced larger comes with `complete == false` and its header block alone.
  std::uint64_t max_size = 35'000'000;
  /// Called by the fetching thread whenever bytes of the mails have come, also of one that is not whole yet. What it
  /// throws ends the fetch and the session.
  std::function<void()> on_bytes = {};
};

/// What open() has achieved, in this order: "connect", "tls", "sign-in", "folder". For `check --online`.
struct OpenStep {
  std::string step;
  std::chrono::duration<double> took{};
  std::string detail;             // for a person: TLS version and certificate, the folder's numbers
  UnixTime certificate_ends = 0;  // step "tls"
};
using OpenObserver = std::function<void(const OpenStep&)>;

/// Takes a mail as soon as it is whole; after false nothing more is asked for, but what has been asked for still comes.
using MailSink = std::function<bool(RawMail&&)>;

/// All calls from one thread. Every failure is an Error; after one the session is dead and `close()` is the only call
/// left. ErrorKind::temporary with a what() that holds "AccessTokenExpired" means: refresh the token, open again, go
/// on.
class Mailbox {
 public:
  virtual ~Mailbox() = default;

  /// Who is to be told of each step of open(). When open() throws, the step behind the last one told has failed.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): whoever overrides it keeps it
  virtual void observe(OpenObserver /*observer*/) {}

  /// Connects, signs in, opens the folder (for reading only when `read_only`).
  virtual void open(bool read_only) = 0;

  /// The folder that open() opened.
  [[nodiscard]] virtual FolderInfo folder() const { return {}; }

  /// The sizes of the newest mails, at most `most` of them, as the server tells them before a mail is fetched
  /// (estimates). For `check --online`; changes nothing.
  virtual std::vector<std::uint64_t> newest_sizes(std::size_t /*most*/) { return {}; }

  /// Everything in the folder that may be new. IMAP: all UIDs (the caller holds the ledger against them).
  virtual std::vector<Listed> list(const ListRequest& request) = 0;

  /// Fetches in batches, several in flight. The sink sees each mail once, in any order; one that has vanished meanwhile
  /// is not seen at all. Never changes flags.
  virtual void fetch(std::span<const Listed> mails, const FetchOptions& options, const MailSink& sink) = 0;

  /// Throws Error(configuration) when this server cannot do `action`. The folder to move to is made where there is
  /// none, if it may be; where it may not, nothing is changed, and false says that it is missing.
  virtual bool check(const SettleAction& /*action*/, bool /*may_make_folder*/) { return true; }

  /// Applies `action`. Mails that are gone are no error.
  virtual void settle(std::span<const SourceKey> mails, const SettleAction& action) = 0;
  /// Whether what settle() did only comes true in finish() (POP3: DELE marks, QUIT removes; RFC 1939 section 6).
  [[nodiscard]] virtual bool settles_at_end() const { return false; }
  /// Where it does: ends the session, and returns what stands done now that the server has said so. What settle() was
  /// given and is not among them was refused, and is to be tried again. Throws when the server did not say so.
  virtual std::vector<SourceKey> finish() { return {}; }

  /// Waits for news: true when there may be new mail, false at the time-out, or after Deadlines::idle_renew if that is
  /// sooner. Servers without IDLE just return false at once.
  virtual bool wait(std::chrono::milliseconds timeout) = 0;

  /// wait() in parts, for one thread that looks after many mailboxes. begin_watch() returns false where the server
  /// cannot tell of news. Then: has_news(), which never waits, and is false as long as nothing new has come; when
  /// descriptor() becomes readable, again; end_watch() before any other call.
  virtual bool begin_watch() { return false; }
  virtual bool has_news() { return false; }
  virtual void end_watch() {}
  [[nodiscard]] virtual int descriptor() const { return -1; }

  /// Ends politely (LOGOUT, QUIT). Safe after a failure, and twice.
  virtual void close() noexcept = 0;
  /// Ends without a word and without a wait; close() has nothing left to do then.
  virtual void abandon() noexcept { close(); }
};

}  // namespace poller
