#include "service/troubles.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "oauth/token_status.h"
#include "outbound/answers.h"
#include "outbound/runner.h"
#include "storage/outbox.h"

namespace poller {
namespace {

constexpr int kPollIntervals = 3;
constexpr UnixTime kOutboxWaits = 2 * 3600;  // as /healthz/ready has it
constexpr UnixTime kUncertainWaits = 600;    // the Sent folder has been asked by then
constexpr UnixTime kRefusedLately = 300;

class TroubleSearch {
 public:
  TroubleSearch(Store& store, const config::Config& config, const TroubleSources& sources, TroubleMemory& memory,
                UnixTime now)
      : store_(store), config_(config), sources_(sources), memory_(memory), now_(now) {}

  std::vector<Trouble> all() {
    const auto tokens = oauth::token_status(config_, now_);
    sign_ins(tokens);
    polls();
    outbox();
    quarantine();
    disk(memory_.lasting.count(kDiskTrouble) != 0);
    ends(tokens);
    return std::move(found_);
  }

 private:
  bool waits_for_sign_in(const std::string& mailbox) const {
    return std::any_of(found_.begin(), found_.end(), [&](const Trouble& t) { return t.key == "sign-in " + mailbox; });
  }

  void sign_ins(const std::vector<oauth::TokenStatus>& tokens) {
    for (const auto& mailbox : config_.mailboxes) {
      const auto status = store_.mailbox_status(mailbox.name);
      const auto token = std::find_if(tokens.begin(), tokens.end(),
                                      [&](const oauth::TokenStatus& t) { return t.mailbox == mailbox.name; });
      Trouble trouble{"sign-in " + mailbox.name, mailbox.name, "sign-in needed for mailbox " + mailbox.name, "", "", 0};
      if (token != tokens.end() && token->waits_for_sign_in()) {
        trouble.detail = token->detail;
        trouble.advice = token->advice;
      } else if (status && status->state == "sign-in needed") {
        trouble.detail = status->last_error;
        trouble.advice = fmt::format("`poller check --online {}` shows what the server says.", mailbox.name);
      } else {
        continue;
      }
      memory_.excused_until[mailbox.name] = now_;
      found_.push_back(std::move(trouble));
    }
  }

  void polls() {
    const auto failing = sources_.failing_mailboxes ? sources_.failing_mailboxes(store_, now_) : failing_by_store();
    for (const auto& mailbox : config_.mailboxes) {
      if (waits_for_sign_in(mailbox.name)) continue;
      const auto found = std::find_if(failing.begin(), failing.end(),
                                      [&](const Unready& unready) { return unready.mailbox == mailbox.name; });
      if (found != failing.end() && !is_excused(mailbox)) {
        add_poll(mailbox.name, found->reason);
      } else if (memory_.lasting.count(poll_key(mailbox.name)) != 0) {
        const auto status = store_.mailbox_status(mailbox.name);
        if (status && status->state != "ok") add_poll(mailbox.name, no_success(*status));
      }
    }
  }

  static std::string poll_key(const std::string& mailbox) { return "poll " + mailbox; }

  void add_poll(const std::string& mailbox, const std::string& reason) {
    found_.push_back({poll_key(mailbox), mailbox, fmt::format("no successful poll of mailbox {}", mailbox), reason,
                      fmt::format("`poller check --online {}` tries each step.", mailbox), 0});
  }

  static UnixTime allowed(const config::Mailbox& mailbox) {
    return kPollIntervals * std::max<UnixTime>(mailbox.poll_every.count(), 1);
  }

  bool is_excused(const config::Mailbox& mailbox) const {
    const auto until = memory_.excused_until.find(mailbox.name);
    return until != memory_.excused_until.end() && now_ - until->second <= allowed(mailbox);
  }

  static std::string no_success(const MailboxStatus& status) {
    return fmt::format("no success {}; the last error: {}",
                       status.last_success == 0 ? "ever" : "since " + rfc3339(status.last_success), status.last_error);
  }

  // Without a daemon: a mailbox that failed in its last pass, and has had no success for so long.
  std::vector<Unready> failing_by_store() {
    std::vector<Unready> out;
    for (const auto& mailbox : config_.mailboxes) {
      const auto status = store_.mailbox_status(mailbox.name);
      if (!status || status->state == "ok") continue;
      const UnixTime since = status->last_success != 0 ? status->last_success : status->since;
      if (now_ - since > allowed(mailbox)) out.push_back({"mailbox", mailbox.name, no_success(*status)});
    }
    return out;
  }

  void outbox() {
    for (const auto& mailbox : config_.mailboxes) cannot_send(mailbox.name);
    for (const auto& b : store_.outbox().backlog(now_ - kOutboxWaits, now_ - kUncertainWaits)) {
      if (b.waiting > 0) {
        found_.push_back({"outbox " + b.mailbox, b.mailbox, fmt::format("mail of mailbox {} is not sent", b.mailbox),
                          fmt::format("{} waiting, the oldest since {}{}{}", b.waiting, rfc3339(b.oldest),
                                      b.last_error.empty() ? "" : "; the last error: ", b.last_error),
                          "`poller outbox` lists it.", 0});
      }
      if (b.uncertain > 0) {
        found_.push_back({"uncertain " + b.mailbox, b.mailbox,
                          fmt::format("nobody knows whether mail of mailbox {} was sent", b.mailbox),
                          fmt::format("{} uncertain", b.uncertain),
                          "Look into the mailbox's Sent folder, then `poller outbox retry ID` or `poller outbox cancel "
                          "ID`.",
                          b.newest_uncertain});
      }
      if (b.failed > 0) {
        found_.push_back(
            {"failed " + b.mailbox, b.mailbox, fmt::format("agents' replies of mailbox {} failed", b.mailbox),
             fmt::format("{} failed; {}", b.failed, b.failed_error),
             "`poller outbox` lists them; `poller outbox retry ID` or `poller outbox cancel ID`.", b.newest_failed});
      }
    }
    full();
  }

  void cannot_send(const std::string& mailbox) {
    const auto known = store_.value(outbound::sending_trouble_name(mailbox));
    if (!known || known->empty() || !store_.outbox().next_due(mailbox)) return;
    const auto line = known->find('\n');
    found_.push_back({"send " + mailbox, mailbox, fmt::format("mailbox {} cannot send", mailbox),
                      known->substr(0, line), line == std::string::npos ? "" : known->substr(line + 1), 0});
  }

  void full() {
    const auto counts = store_.outbox().counts();
    UnixTime refused = 0;
    if (const auto at = store_.value(outbound::kRefusedForRoom)) parse_rfc3339(*at, refused);
    if (counts.pending < config_.outbound.max_pending && now_ - refused > kRefusedLately) return;
    found_.push_back(
        {"full", "", "the outbox is full",
         fmt::format("{} waiting, outbound.max_pending is {}: automatic answers and notifications are refused",
                     counts.pending, config_.outbound.max_pending),
         "`poller outbox` shows what holds it up; agents' replies are still accepted.", 0});
  }

  void quarantine() {
    const auto rows = store_.quarantine(true);
    if (rows.empty()) return;
    const auto& last = rows.back();
    found_.push_back({"quarantine", "", "mail in quarantine",
                      fmt::format("{} waiting, the last one in mailbox {}: {}", rows.size(), last.mailbox, last.reason),
                      "`poller quarantine` lists it.", last.id});
  }

  void disk(bool was_low) {
    const auto room = sources_.room ? sources_.room() : room_for(config_.sqlite_path);
    if (!room || *room >= (was_low ? enough_again(sources_.storage_reserve) : sources_.storage_reserve)) return;
    found_.push_back({kDiskTrouble, "", "the disk is nearly full",
                      fmt::format("{} MB left at {}; nothing is fetched below {} MB", *room / 1'000'000,
                                  config_.sqlite_path.parent_path().string(), sources_.storage_reserve / 1'000'000),
                      "Make room, or let `retention` remove what is old.", 0});
  }

  void ends(const std::vector<oauth::TokenStatus>& tokens) {
    for (const auto& w : oauth::expiry_warnings(tokens)) {
      found_.push_back({fmt::format("{} {}", w.what, w.mailbox), w.mailbox, w.text, "", w.advice, 100 - w.stage});
    }
  }

  Store& store_;
  const config::Config& config_;
  const TroubleSources& sources_;
  TroubleMemory& memory_;
  const UnixTime now_;
  std::vector<Trouble> found_;
};

}  // namespace

std::vector<Trouble> find_troubles(Store& store, const config::Config& config, const TroubleSources& sources,
                                   TroubleMemory& memory, UnixTime now) {
  return TroubleSearch(store, config, sources, memory, now).all();
}

}  // namespace poller
