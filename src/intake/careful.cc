#include "intake/careful.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <new>

#include "base/log.h"
#include "intake/trial.h"
#include "intake/uid_text.h"
#include "lib/openssl/digest.h"

namespace poller {
namespace {

constexpr std::size_t kBatch = 25;
constexpr std::size_t kBatchBytes = 24 * 1024 * 1024;  // one mail may be larger

// As little as can be said of bytes that nobody dares to parse.
Processed unparsed(RawMail&& raw, const std::string& reason, UnixTime now) {
  Processed out;
  out.mail.sha256 = sha256_hex(raw.bytes);
  out.mail.size = raw.bytes.size();
  out.mail.subject = "(a mail that could not be processed)";
  out.verdict.may_answer = false;
  out.received_at = raw.received_at.value_or(now);
  out.quarantine_reason = reason;
  if (raw.announced_size == 0) raw.announced_size = raw.bytes.size();
  out.packed = pack_raw(std::move(raw.bytes), out.mail.sha256);
  raw.bytes.clear();
  out.raw = std::move(raw);
  return out;
}

class Careful {
 public:
  Careful(const CarefulContext& context, Mailbox& session, const std::function<void(std::vector<Processed>&&)>& commit)
      : context_(context), session_(session), commit_(commit) {}

  void run(std::span<const Retried> batch) {
    std::map<SourceKey, int> attempts;
    std::vector<Listed> wanted;
    for (const auto& r : batch) {
      attempts[r.listed.source] = r.attempts;
      wanted.push_back(r.listed);
    }
    // As many as memory is meant for: a process that memory ended must not have all of them in it again.
    bool all_came = false;
    while (!all_came && !context_.stop.stop_requested()) {
      std::vector<RawMail> mails;
      bool too_large = false;
      try {
        fetch(wanted, context_.mailbox.max_size, kBatchBytes, mails);
      } catch (const std::bad_alloc&) {
        too_large = true;
      }
      const std::size_t before = wanted.size();
      std::erase_if(wanted, [&](const Listed& listed) {
        return std::any_of(mails.begin(), mails.end(), [&](const RawMail& m) { return m.source == listed.source; });
      });
      all_came = wanted.empty() || bytes_of(mails) < kBatchBytes || wanted.size() == before;
      process(std::move(mails), attempts);
      if (too_large) {
        // They come in their order: it was for the first of the rest. The session ended with it.
        if (!wanted.empty())
          note_absent(wanted.front(), attempts[wanted.front().source], "memory does not suffice for it");
        throw not_enough_memory();
      }
    }
    if (all_came)
      for (const auto& listed : wanted)
        note_absent(listed, attempts[listed.source], "the server lists it but gives no bytes for it");
  }

  void retry(const WantedRetry& wanted) {
    const std::uint64_t limit = wanted.row.retry_max_size != 0 ? wanted.row.retry_max_size : context_.mailbox.max_size;
    std::vector<RawMail> mails;
    fetch({wanted.listed}, limit, limit, mails);
    const ProcessOptions options{limit, context_.clock.unix_now(), std::nullopt};
    if (mails.empty() || !survives_processing(mails, options).front()) {
      log::warning(
          "quarantine retry failed",
          {{"mailbox", context_.mailbox.name}, {"quarantine", wanted.row.id}, {"uid", uid_text(wanted.listed.source)}});
      if (context_.dry_run) return;
      auto tx = context_.store.begin(context_.lease);
      tx->set_quarantine_state(wanted.row.id, "open", 0);
      tx->commit();
      return;
    }
    Processed mail = process_mail(std::move(mails.front()), options);
    mail.retry_of = wanted.row;
    commit_one(std::move(mail));
  }

 private:
  static std::size_t bytes_of(const std::vector<RawMail>& mails) {
    std::size_t bytes = 0;
    for (const auto& mail : mails) bytes += mail.bytes.size();
    return bytes;
  }

  /// Adds those that come until they have `enough` bytes together.
  void fetch(const std::vector<Listed>& wanted, std::uint64_t max_size, std::size_t enough,
             std::vector<RawMail>& mails) {
    std::size_t bytes = 0;
    session_.fetch(wanted, {max_size, context_.on_bytes}, [&](RawMail&& mail) {
      bytes += mail.bytes.size();
      mails.push_back(std::move(mail));
      return bytes < enough;
    });
  }

  void process(std::vector<RawMail>&& mails, const std::map<SourceKey, int>& attempts) {
    const ProcessOptions options{context_.mailbox.max_size, context_.clock.unix_now(), std::nullopt};
    const std::vector<bool> survived = survives_processing(mails, options);
    for (std::size_t i = 0; i < mails.size() && !context_.stop.stop_requested(); ++i) {
      const int before = attempts.at(mails[i].source);
      one(std::move(mails[i]), survived[i], before, options);
    }
  }

  void one(RawMail&& raw, bool survived, int attempts, const ProcessOptions& options) {
    if (!survived || attempts >= kMaxAttempts) {
      if (!survived) ++attempts;
      log::error("processing this mail ends the process",
                 {{"mailbox", context_.mailbox.name}, {"uid", uid_text(raw.source)}, {"attempt", attempts}});
      mark(raw.source);
      if (attempts < kMaxAttempts) return;
      commit_one(unparsed(std::move(raw), fmt::format("processing it crashed {} times", attempts), options.now));
      return;
    }
    mark(raw.source);  // should storing it kill this process, that counts too
    Processed mail = process_mail(std::move(raw), options);
    if (mail.is_stub && mail.raw.complete && attempts + 1 < kMaxAttempts) {
      log_stub(context_.mailbox, mail.raw.source);
      return;
    }
    commit_one(std::move(mail));
  }

  void note_absent(const Listed& listed, int attempts, const std::string& reason) {
    mark(listed.source);
    if (attempts + 1 < kMaxAttempts) return;
    RawMail nothing;
    nothing.source = listed.source;
    nothing.complete = false;
    nothing.announced_size = listed.size.value_or(0);
    commit_one(unparsed(std::move(nothing), reason, context_.clock.unix_now()));
  }

  void mark(const SourceKey& source) {
    if (context_.dry_run) return;
    auto tx = context_.store.begin(context_.lease);
    tx->mark_in_hand(std::span(&source, 1));
    tx->commit();
  }

  void commit_one(Processed&& mail) {
    std::vector<Processed> group;
    group.push_back(std::move(mail));
    commit_(std::move(group));
  }

  const CarefulContext& context_;
  Mailbox& session_;
  const std::function<void(std::vector<Processed>&&)>& commit_;
};

}  // namespace

Error not_enough_memory() {
  return {ErrorKind::temporary, "there is not enough memory for the mails of this pass",
          "Give poller more memory (MemoryMax= of its unit, ulimit -v), or lower max_size."};
}

void log_stub(const config::Mailbox& mailbox, const SourceKey& source) {
  log::warning("the server could not give a mail and sent a stub in its place: fetched again by the next pass",
               {{"mailbox", mailbox.name}, {"uid", uid_text(source)}});
}

void run_carefully(const CarefulContext& context, Mailbox& session, const Candidates& candidates,
                   const std::function<void(std::vector<Processed>&&)>& commit) {
  Careful careful(context, session, commit);
  const std::span<const Retried> all = candidates.left_in_hand;
  for (std::size_t start = 0; start < all.size() && !context.stop.stop_requested(); start += kBatch) {
    careful.run(all.subspan(start, std::min(kBatch, all.size() - start)));
  }
  for (const auto& wanted : candidates.retries) {
    if (!context.stop.stop_requested()) careful.retry(wanted);
  }
}

}  // namespace poller
