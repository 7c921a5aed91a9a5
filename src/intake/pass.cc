#include "intake/pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <new>
#include <span>
#include <stop_token>

#include "base/error.h"
#include "base/log.h"
#include "intake/candidates.h"
#include "intake/careful.h"
#include "intake/gate.h"
#include "intake/pipeline.h"
#include "intake/settle.h"

namespace poller {
namespace {

using Slice = std::span<const Listed>;

constexpr std::size_t kSlice = 500;        // mails marked in hand together
constexpr std::size_t kSlicesAtOnce = 10;  // without a pause; after so many the server is told what to do with them
constexpr int kFruitlessReconnects = 2;    // sessions in a row that ended by token expiry without a mail stored
constexpr UnixTime kLeaseSeconds = 120;

class Pass {
 public:
  Pass(Store& store, const config::Config& config, const config::Mailbox& mailbox, const Clock& clock,
       const PassOptions& options, const std::optional<Lease>& lease)
      : store_(store),
        mailbox_(mailbox),
        clock_(clock),
        options_(options),
        lease_(lease),
        started_(clock.steady()),
        committer_(store, config, mailbox, clock,
                   {options.dry_run, mailbox.after.action != config::AfterAction::keep, true, lease, options.after,
                    options.rules}) {}

  void open(Mailbox& session) {
    session.open(options_.dry_run || mailbox_.after.action == config::AfterAction::keep);
    // Before anything is fetched: what cannot be settled comes again and again.
    session.check(action_of(mailbox_.after), !options_.dry_run);
  }

  /// On one session that is open, until nothing is left or an error ends the session.
  void run(Mailbox& session) {
    summary_.more = false;
    if (!options_.dry_run) settle_owed(store_, mailbox_, session, lease_);
    Candidates candidates(store_, mailbox_, session, clock_, options_.dry_run, lease_);
    total_ = summary_.mails + candidates.fresh.size() + candidates.left_in_hand.size() + candidates.retries.size();
    const auto slices = candidates.slices(kSlice, options_.max_mails);
    for (std::span<const Slice> left(slices); !left.empty();) {
      if (is_over()) {
        summary_.more = true;
        return;
      }
      left =
          left.subspan(run_slices(session, left.first(std::min(kSlicesAtOnce, left.size())), candidates.not_before()));
    }
    if (is_over()) {
      summary_.more = true;
      if (!options_.dry_run) candidates.remember(lease_);
      return;
    }
    run_careful(session, candidates);
    if (!options_.dry_run) candidates.remember(lease_);
  }

  /// The session's orderly end, after run().
  void finish(Mailbox& session) {
    if (options_.dry_run) return;
    keep_lease();
    finish_settling(store_, session, lease_);
  }

  [[nodiscard]] PassSummary summary() const {
    PassSummary s = summary_;
    s.seconds = std::chrono::duration<double>(clock_.steady() - started_).count();
    return s;
  }

 private:
  [[nodiscard]] bool is_over() const { return is_enough(summary_.bytes) || is_out_of_time(); }

  [[nodiscard]] bool is_enough(std::uint64_t bytes) const {
    return options_.max_bytes != 0 && bytes >= options_.max_bytes;
  }

  [[nodiscard]] bool is_out_of_time() const {
    if (options_.stop.stop_requested()) return true;
    return options_.max_time.count() != 0 && clock_.steady() - started_ >= options_.max_time;
  }

  // In hand before they are fetched, and let through to be fetched: the slice whose mails are being stored and the one
  // behind it, so that fetching need not wait for the storage.
  struct InHand {
    std::span<const Slice> slices;
    std::map<SourceKey, std::size_t> open;  // not stored yet, with the number of the slice
    std::size_t marked = 0;                 // slices
    Gate gate;
    std::atomic<std::size_t> begun{0};    // slices, by the thread that fetches
    std::atomic<std::size_t> fetched{0};  // mails, by that thread
    std::size_t stored = 0;               // mails
  };

  void mark_up_to(InHand& hand, std::size_t count) {
    for (; hand.marked < std::min(count, hand.slices.size()); hand.gate.open_for(++hand.marked)) {
      std::vector<SourceKey> keys;
      for (const auto& listed : hand.slices[hand.marked]) keys.push_back(listed.source);
      mark(keys, true);
      for (auto& key : keys) hand.open.emplace(std::move(key), hand.marked);
    }
  }

  // On the thread that fetches; `bytes`: of the pass so far.
  void fetch_slices(Mailbox& session, InHand& hand, std::uint64_t bytes, const MailSink& sink,
                    const std::stop_token& ended) {
    for (const auto& slice : hand.slices) {
      if (!hand.gate.pass(hand.begun, ended) || is_enough(bytes) || is_out_of_time()) return;
      ++hand.begun;
      // A mail that has come is taken, however long it took: thrown away, it would come as slowly again.
      session.fetch(slice, {mailbox_.max_size, [this] { count_bytes(); }}, [&](RawMail&& mail) {
        bytes += mail.bytes.size();
        ++hand.fetched;
        return sink(std::move(mail)) && !is_out_of_time();
      });
    }
  }

  void store_group(InHand& hand, std::vector<Processed>&& group) {
    std::vector<SourceKey> sources;
    sources.reserve(group.size());
    for (const auto& mail : group) sources.push_back(mail.raw.source);
    leave_stubs(group);
    commit(std::move(group));
    hand.stored += sources.size();
    std::size_t reached = 0;
    for (const auto& source : sources) {
      const auto found = hand.open.find(source);
      if (found == hand.open.end()) continue;
      reached = std::max(reached, found->second);
      hand.open.erase(found);
    }
    mark_up_to(hand, reached + 2);
  }

  // How many of them were fetched, one after the other; what is behind them was not touched.
  std::size_t run_slices(Mailbox& session, std::span<const Slice> slices, std::optional<UnixTime> not_before) {
    InHand hand;
    hand.slices = slices;
    const ProcessOptions process{mailbox_.max_size, clock_.unix_now(), not_before};
    const std::uint64_t bytes = summary_.bytes;
    try {
      mark_up_to(hand, 2);
      run_pipeline(
          [&](const MailSink& sink, const std::stop_token& ended) { fetch_slices(session, hand, bytes, sink, ended); },
          [&](RawMail&& raw) { return process_mail(std::move(raw), process); },
          [&](std::vector<Processed>&& group) { store_group(hand, std::move(group)); },
          [&] {
            note_bytes();
            // Nothing is left to be stored, and nothing comes: the server had none of the mails that it listed.
            const bool is_waited_at = hand.gate.is_waited_at();
            if (is_waited_at && hand.stored == hand.fetched) mark_up_to(hand, hand.marked + 1);
          });
    } catch (const std::bad_alloc&) {
      // One of them may be too large for this machine. In hand, they come after all others, a few at a time.
      unmark_quietly(open_from(hand, hand.begun));
      throw not_enough_memory();
    } catch (...) {
      // The connection's or the disk's fault, not the mails': no attempt is counted, and their order stays.
      unmark_quietly(open_from(hand, 0));
      throw;
    }
    // What was fetched and is not there any more stays in hand.
    const auto left = open_from(hand, is_out_of_time() ? 0 : hand.begun.load());
    mark(left, false);
    if (!options_.dry_run) settle_owed(store_, mailbox_, session, lease_);
    return hand.begun;
  }

  static std::vector<SourceKey> open_from(const InHand& hand, std::size_t slice) {
    std::vector<SourceKey> out;
    for (const auto& [key, number] : hand.open) {
      if (number >= slice) out.push_back(key);
    }
    return out;
  }

  // The server may give the mail itself another time. In hand, it is among those that the next passes take one by one.
  void leave_stubs(std::vector<Processed>& group) {
    std::erase_if(group, [this](const Processed& mail) {
      if (!mail.is_stub || !mail.raw.complete) return false;
      log_stub(mailbox_, mail.raw.source);
      return true;
    });
  }

  void run_careful(Mailbox& session, const Candidates& candidates) {
    const auto on_bytes = [this] {
      count_bytes();
      note_bytes();
    };
    const CarefulContext context{store_, mailbox_, lease_, clock_, options_.dry_run, options_.stop, on_bytes};
    run_carefully(context, session, candidates, [this](std::vector<Processed>&& group) { commit(std::move(group)); });
    if (!options_.dry_run) settle_owed(store_, mailbox_, session, lease_);
  }

  void commit(std::vector<Processed>&& group) {
    keep_lease();
    for (const auto& event : committer_.commit(std::move(group))) {
      summary_.add(event);
      if (options_.on_mail) options_.on_mail(event);
    }
    tell_progress();
  }

  void tell_progress() const {
    if (options_.on_progress) options_.on_progress({summary_.mails, std::max(total_, summary_.mails), summary_.bytes});
  }

  // On the thread that fetches.
  void count_bytes() {
    if (lost_) throw taken_over();
    ++receipts_;
  }

  // On the thread that has the store: while a mail comes, however slowly, the mailbox stays ours. A server that says
  // nothing keeps nobody else from it.
  void note_bytes() {
    const std::uint64_t receipts = receipts_;
    if (receipts == noted_receipts_) return;
    noted_receipts_ = receipts;
    keep_lease();
    tell_progress();
  }

  [[nodiscard]] Error taken_over() const {
    return {ErrorKind::temporary, fmt::format("mailbox {}: another process took it over", mailbox_.name)};
  }

  void keep_lease() {
    const UnixTime now = clock_.unix_now();
    if (!lease_ || now < renewed_at_ + kLeaseSeconds / 4) return;
    if (!store_.renew_lease(*lease_, now + kLeaseSeconds)) {
      lost_ = true;
      throw taken_over();
    }
    renewed_at_ = now;
  }

  void mark(const std::vector<SourceKey>& keys, bool in_hand) {
    if (options_.dry_run || keys.empty()) return;
    keep_lease();
    auto tx = store_.begin(lease_);
    if (in_hand) {
      tx->mark_in_hand(keys);
    } else {
      tx->unmark_in_hand(keys);
    }
    tx->commit();
  }

  void unmark_quietly(const std::vector<SourceKey>& keys) noexcept {
    try {
      mark(keys, false);
    } catch (const std::exception& error) {
      log::warning("ledger not put back", {{"mailbox", mailbox_.name}, {"error", error.what()}});
    }
  }

  Store& store_;
  const config::Mailbox& mailbox_;
  const Clock& clock_;
  const PassOptions& options_;
  std::optional<Lease> lease_;
  std::chrono::steady_clock::time_point started_;
  Committer committer_;
  PassSummary summary_;
  std::uint64_t total_ = 0;
  UnixTime renewed_at_ = 0;
  std::atomic<bool> lost_{false};           // the lease
  std::atomic<std::uint64_t> receipts_{0};  // of bytes
  std::uint64_t noted_receipts_ = 0;
};

struct LeaseHolder {
  Store& store;
  std::optional<Lease> lease;
  ~LeaseHolder() {
    if (lease) store.release_lease(*lease);
  }
};

}  // namespace

void PassSummary::add(const MailEvent& event) {
  ++mails;
  bytes += event.bytes;
  if (event.received_at != 0) lag_seconds = event.lag_seconds;
  switch (event.placement.outcome) {
    case Outcome::stored:
      ++stored;
      break;
    case Outcome::duplicate:
      ++duplicate;
      break;
    case Outcome::ignored:
      ++ignored;
      break;
    case Outcome::quarantined:
      ++quarantined;
      break;
  }
  if (event.placement.is_new_ticket) ++tickets_created;
}

bool says_token_expired(const Error& error) {
  return std::string_view(error.what()).find("AccessTokenExpired") != std::string_view::npos;
}

PassSummary run_pass_on(std::unique_ptr<Mailbox>& kept, Store& store, const config::Config& config,
                        const config::Mailbox& mailbox, const SessionFactory& factory, const Clock& clock,
                        const PassOptions& options, bool refresh_token) {
  LeaseHolder holder{store, std::nullopt};
  if (!options.dry_run) {
    holder.lease = store.take_lease(mailbox.name, clock.unix_now() + kLeaseSeconds);
    if (!holder.lease)
      throw LeaseHeld("mailbox " + mailbox.name + " is being worked on by another process",
                      "Nothing to do: that process fetches its mail.");
  }
  Pass pass(store, config, mailbox, clock, options, holder.lease);
  std::uint64_t mails_before = 0;
  for (int fruitless = 0;;) {
    bool opening = false;
    try {
      if (!kept) {
        kept = factory(refresh_token);
        opening = true;
        pass.open(*kept);
        opening = false;
      }
      pass.run(*kept);
      pass.finish(*kept);
      return pass.summary();
    } catch (const Error& error) {
      if (kept) kept->close();
      kept.reset();
      // A token may be refused long before its time is over: revoked, or of a sign-in that another has replaced.
      if (opening && !refresh_token && error.kind() == ErrorKind::sign_in && mailbox.auth == config::Auth::oauth) {
        log::info("the token was refused: trying with a new one", {{"mailbox", mailbox.name}, {"error", error.what()}});
        refresh_token = true;
        continue;
      }
      if (!says_token_expired(error)) throw;
      const std::uint64_t mails = pass.summary().mails;
      fruitless = mails > mails_before ? 0 : fruitless + 1;
      mails_before = mails;
      if (fruitless > kFruitlessReconnects) throw;
      log::info("token expired in mid-session: signing in again", {{"mailbox", mailbox.name}});
      refresh_token = true;
    }
  }
}

PassSummary run_pass(Store& store, const config::Config& config, const config::Mailbox& mailbox,
                     const SessionFactory& factory, const Clock& clock, const PassOptions& options) {
  std::unique_ptr<Mailbox> session;
  PassSummary summary = run_pass_on(session, store, config, mailbox, factory, clock, options);
  session->close();
  return summary;
}

}  // namespace poller
