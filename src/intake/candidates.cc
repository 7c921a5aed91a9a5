#include "intake/candidates.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/log.h"

namespace poller {
namespace {

constexpr UnixTime kFullListing = 24 * 3600;  // a listing of everything once a day finds what a watermark would miss

}  // namespace

Candidates::Candidates(Store& store, const config::Mailbox& mailbox, Mailbox& session, const Clock& clock, bool dry_run,
                       const std::optional<Lease>& lease)
    : store_(store), mailbox_(mailbox), clock_(clock), dry_run_(dry_run), folder_(session.folder()) {
  prepare_folder();
  ListRequest request;
  listed_in_full_ = state_.watermark == 0 || clock.unix_now() - state_.listed_in_full_at >= kFullListing;
  request.min_uid = listed_in_full_ ? 1 : state_.watermark + 1;
  auto listed = session.list(request);
  add_wanted_retries(listed);
  sort_out(std::move(listed), lease);
}

std::string Candidates::started_key() const { return "started:" + mailbox_.name + ":" + folder_.name; }

void Candidates::prepare_folder() {
  const auto known = store_.folder_state(mailbox_.name, folder_.name);
  if (known && known->uidvalidity == folder_.uidvalidity) {
    state_ = *known;
    return;
  }
  first_time_ = !known;
  if (known) {
    // RFC 9051 section 2.3.1.1: every UID known so far means nothing now. Everything is read again; what we have is
    // recognised by its content.
    log::warning("the server has renumbered the folder (UIDVALIDITY changed): comparing by content",
                 {{"mailbox", mailbox_.name}, {"folder", folder_.name}});
  }
  state_ = FolderState{};
  state_.uidvalidity = folder_.uidvalidity;
  if (first_time_ && mailbox_.start == config::Start::only_new) state_.start_uid = folder_.uidnext;
  if (!first_time_ && mailbox_.start != config::Start::all) {
    if (const auto value = store_.value(started_key())) not_before_ = std::stoll(*value);
  }
  is_noted_ = false;
}

bool Candidates::is_wanted(const Listed& listed) const {
  if (listed.source.uid != 0 && listed.source.uid < state_.start_uid) return false;
  if (!first_time_) return true;
  switch (mailbox_.start) {
    case config::Start::all:
      return true;
    case config::Start::unseen:
      return !listed.seen;
    case config::Start::only_new:
      return listed.source.uid != 0;  // by start_uid; a list without UIDs is all old
  }
  return true;
}

void Candidates::sort_out(std::vector<Listed>&& listed, const std::optional<Lease>& lease) {
  std::vector<SourceKey> keys;
  keys.reserve(listed.size());
  for (const auto& mail : listed) keys.push_back(mail.source);
  std::map<SourceKey, LedgerEntry> known;
  for (auto& entry : store_.ledger(keys)) known.emplace(entry.source, std::move(entry));

  std::vector<SourceKey> skipped;
  for (auto& mail : listed) {
    highest_ = std::max(highest_, mail.source.uid);
    const auto it = known.find(mail.source);
    if (it == known.end()) {
      if (is_wanted(mail)) {
        fresh.push_back(std::move(mail));
      } else if (mail.source.uid == 0 || mail.source.uid >= state_.start_uid) {
        skipped.push_back(mail.source);  // below start_uid no row is needed
      }
    } else if (it->second.state == LedgerState::in_hand) {
      left_in_hand.push_back({std::move(mail), it->second.attempts});
    }
  }
  if (dry_run_) return;
  // In hand once, and gone from the server since: somebody else has moved or deleted it.
  std::vector<SourceKey> gone;
  for (const auto& entry : store_.left_in_hand(mailbox_.name)) {
    const bool here = std::any_of(left_in_hand.begin(), left_in_hand.end(),
                                  [&](const Retried& r) { return r.listed.source == entry.source; });
    if (!here && (listed_in_full_ || entry.source.uid > state_.watermark)) gone.push_back(entry.source);
  }
  if (skipped.empty() && gone.empty() && is_noted_) return;
  auto tx = store_.begin(lease);
  // Together with what is skipped: a first pass that fails before it has listed the folder is followed by a first pass.
  if (!is_noted_) {
    if (first_time_) tx->set_value(started_key(), std::to_string(clock_.unix_now()));
    tx->set_folder_state(mailbox_.name, folder_.name, state_);
  }
  for (const auto& key : skipped) tx->set_ledger(key, LedgerState::settled, std::nullopt);
  for (const auto& key : gone) tx->forget_ledger(key);
  tx->commit();
}

void Candidates::add_wanted_retries(const std::vector<Listed>& listed) {
  for (auto& row : store_.quarantine(true)) {
    if (row.state != "retry-wanted" || row.mailbox != mailbox_.name || row.source.folder != folder_.name) continue;
    if (row.source.uidvalidity != folder_.uidvalidity) continue;
    Listed mail{row.source, row.size, false};
    const auto it = std::find_if(listed.begin(), listed.end(), [&](const Listed& l) { return l.source == row.source; });
    if (it != listed.end()) mail = *it;
    retries.push_back({std::move(mail), std::move(row)});
  }
}

std::vector<std::span<const Listed>> Candidates::slices(std::size_t size, std::uint64_t limit) const {
  std::vector<std::span<const Listed>> out;
  const std::size_t end = limit == 0 ? fresh.size() : std::min<std::size_t>(fresh.size(), limit);
  for (std::size_t start = 0; start < end; start += size) {
    out.emplace_back(fresh.data() + start, std::min(size, end - start));
  }
  return out;
}

void Candidates::remember(const std::optional<Lease>& lease) {
  std::uint32_t watermark = std::max(state_.watermark, highest_);
  const auto stay_below = [&watermark](std::uint32_t uid) {
    if (uid != 0 && uid <= watermark) watermark = uid - 1;
  };
  // What a pass did not reach has no entry; what failed or gave no bytes is still in hand. Both are listed again.
  std::vector<SourceKey> keys;
  for (const auto& mail : fresh) keys.push_back(mail.source);
  for (const auto& retried : left_in_hand) keys.push_back(retried.listed.source);
  std::set<SourceKey> finished;
  for (const auto& entry : store_.ledger(keys)) {
    if (entry.state != LedgerState::in_hand) finished.insert(entry.source);
  }
  for (const auto& key : keys) {
    if (!finished.contains(key)) stay_below(key.uid);
  }
  const bool news = watermark != state_.watermark || listed_in_full_;
  if (!news || folder_.uidvalidity == 0) return;
  state_.watermark = watermark;
  if (listed_in_full_) state_.listed_in_full_at = clock_.unix_now();
  auto tx = store_.begin(lease);
  tx->set_folder_state(mailbox_.name, folder_.name, state_);
  tx->commit();
}

}  // namespace poller
