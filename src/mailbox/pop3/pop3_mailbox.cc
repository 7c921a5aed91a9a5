#include "mailbox/pop3/pop3_mailbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/log.h"
#include "base/repeated.h"
#include "base/steps.h"
#include "mailbox/pop3/fetch.h"
#include "mailbox/pop3/listing.h"
#include "mailbox/pop3/refusal.h"
#include "mailbox/pop3/session.h"
#include "mailbox/pop3/sign_in.h"

namespace poller::pop3 {
namespace {

constexpr std::chrono::milliseconds kFarewell{2000};
constexpr std::size_t kDeletesInAdvance = 100;
// Topics of log::to_be_said().
constexpr const char* kOddIds = "pop3 unique-ids";
constexpr const char* kDeletes = "pop3 deletions";

class Pop3Mailbox final : public Mailbox {
 public:
  Pop3Mailbox(TransportOptions server, Account account, const Deadlines& deadlines)
      : server_(std::move(server)), account_(std::move(account)), deadlines_(deadlines) {}
  ~Pop3Mailbox() override { close(); }

  void observe(OpenObserver observer) override { observer_ = std::move(observer); }
  void open(bool read_only) override;
  [[nodiscard]] FolderInfo folder() const override { return {kInbox, 0, 0, mails_}; }
  std::vector<std::uint64_t> newest_sizes(std::size_t most) override;
  std::vector<Listed> list(const ListRequest& request) override;
  void fetch(std::span<const Listed> mails, const FetchOptions& options, const MailSink& sink) override;
  bool check(const SettleAction& action, bool may_make_folder) override;
  void settle(std::span<const SourceKey> mails, const SettleAction& action) override;
  bool wait(std::chrono::milliseconds /*timeout*/) override { return false; }
  [[nodiscard]] bool settles_at_end() const override { return true; }
  std::vector<SourceKey> finish() override;
  void close() noexcept override;
  void abandon() noexcept override {
    if (session_) session_->close();
  }

 private:
  static constexpr const char* kInbox = "INBOX";

  Session& session();
  void sign_in();
  void count_mails(std::chrono::steady_clock::time_point signed_in);
  void tell(const char* step, std::chrono::duration<double> took, std::string detail) const;
  void remember_listing();
  RawMail raw_mail(FetchedMail&& fetched) const;
  void tell_odd_ids(std::span<const Entry> wanted) const;
  void take_delete(const SourceKey& key);
  void tell_refused() const;

  TransportOptions server_;
  Account account_;
  Deadlines deadlines_;
  OpenObserver observer_;
  std::unique_ptr<Session> session_;
  std::uint32_t mails_ = 0;
  bool listed_ = false;
  std::map<std::string, Entry> by_uidl_;  // of this session
  std::set<SourceKey> settling_;          // deleted once QUIT is answered, or gone already
  std::set<SourceKey> refused_;           // not asked for again in this session
  std::string refusal_;                   // of the first of them
};

Session& Pop3Mailbox::session() {
  if (!session_ || !session_->is_alive()) throw Error(ErrorKind::temporary, "the POP3 session is not open");
  return *session_;
}

void Pop3Mailbox::tell(const char* step, std::chrono::duration<double> took, std::string detail) const {
  if (observer_) observer_({step, took, std::move(detail), 0});
}

void Pop3Mailbox::sign_in() {
  const Secret secret = account_.secret();
  session_->learn_capabilities();
  if (account_.with_token) {
    sign_in_with_token(*session_, account_.user, secret);
  } else {
    sign_in_with_password(*session_, account_.user, secret);
  }
  session_->learn_capabilities();  // RFC 2449 section 5: others may hold after the sign-in
}

// STAT (RFC 1939 section 5): that the maildrop can be opened at all.
void Pop3Mailbox::count_mails(std::chrono::steady_clock::time_point signed_in) {
  const Reply stat = session_->ask("STAT");
  if (stat.status != Reply::Status::ok) throw refusal(stat, "to open the mailbox", ErrorKind::temporary);
  mails_ = static_cast<std::uint32_t>(std::strtoul(stat.text.c_str(), nullptr, 10));
  tell("folder", std::chrono::steady_clock::now() - signed_in, fmt::format("{}: {} mails", kInbox, mails_));
}

void Pop3Mailbox::open(bool /*read_only*/) {
  close();
  listed_ = false;
  by_uidl_.clear();
  settling_.clear();
  refused_.clear();
  session_ = std::make_unique<Session>(server_, deadlines_, account_.mailbox);
  try {
    const auto connected = session_->connect(observer_);
    sign_in();
    const auto signed_in = std::chrono::steady_clock::now();
    tell("sign-in", signed_in - connected, account_.user);
    count_mails(signed_in);
  } catch (...) {
    session_->close();  // no farewell to a server that has refused us
    throw;
  }
}

void Pop3Mailbox::remember_listing() {
  if (std::exchange(listed_, true)) return;  // a session's maildrop does not change (RFC 1939 section 4)
  for (auto& entry : list_maildrop(session(), account_.hash_ledger)) by_uidl_.emplace(entry.uidl, std::move(entry));
}

std::vector<Listed> Pop3Mailbox::list(const ListRequest& /*request*/) {
  session();
  remember_listing();
  std::vector<Entry> entries;
  for (const auto& [uidl, entry] : by_uidl_) entries.push_back(entry);
  // Oldest first where the server counts so; nothing depends on it.
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.number < b.number; });
  std::vector<Listed> out;
  out.reserve(entries.size());
  for (auto& entry : entries) {
    Listed listed;
    listed.source = {account_.mailbox, kInbox, 0, 0, std::move(entry.uidl)};
    if (entry.size != 0) listed.size = entry.size;
    out.push_back(std::move(listed));
  }
  return out;
}

std::vector<std::uint64_t> Pop3Mailbox::newest_sizes(std::size_t most) {
  if (account_.hash_ledger) return {};  // there every mail would be read for it
  std::vector<std::uint64_t> sizes;
  for (const auto& mail : list({})) sizes.push_back(mail.size.value_or(0));
  if (sizes.size() > most) sizes.erase(sizes.begin(), sizes.end() - static_cast<std::ptrdiff_t>(most));
  return sizes;
}

RawMail Pop3Mailbox::raw_mail(FetchedMail&& fetched) const {
  RawMail mail;
  mail.source = {account_.mailbox, kInbox, 0, 0, std::move(fetched.entry.uidl)};
  mail.complete = fetched.complete;
  mail.announced_size = fetched.size;
  mail.bytes = std::move(fetched.bytes);
  return mail;
}

void Pop3Mailbox::tell_odd_ids(std::span<const Entry> wanted) const {
  const auto odd = std::count_if(wanted.begin(), wanted.end(), [](const Entry& entry) { return entry.is_odd; });
  if (odd == 0) return;
  const auto said = log::to_be_said(account_.mailbox, kOddIds, "");
  if (!said || said->times > 1) return;
  log::warning("pop3: mails without a usable unique-id (RFC 1939 section 7) are known by a hash instead",
               {{"mailbox", account_.mailbox}, {"mails", odd}});
}

void Pop3Mailbox::fetch(std::span<const Listed> mails, const FetchOptions& options, const MailSink& sink) {
  Session& s = session();
  try {
    remember_listing();
    s.on_mail_bytes(options.on_bytes);
    std::vector<Entry> wanted;
    wanted.reserve(mails.size());
    for (const auto& mail : mails) {
      const auto known = by_uidl_.find(mail.source.uidl);
      if (known != by_uidl_.end()) wanted.push_back(known->second);
    }
    if (!account_.hash_ledger) tell_odd_ids(wanted);
    Fetch(s, options.max_size, [&](FetchedMail&& mail) { return sink(raw_mail(std::move(mail))); }).run(wanted);
    s.on_mail_bytes({});
  } catch (...) {
    s.close();  // answers to what was asked for are still to come: nothing else can be said on this connection
    throw;
  }
}

bool Pop3Mailbox::check(const SettleAction& action, bool /*may_make_folder*/) {
  if (action.what == SettleAction::What::keep || action.what == SettleAction::What::remove) return true;
  throw Error(ErrorKind::configuration, "POP3 has neither flags nor folders to mark or move mail with",
              "Use after: keep or delete, or read the mailbox by IMAP.");
}

void Pop3Mailbox::take_delete(const SourceKey& key) {
  const Reply reply = session().reply();
  if (reply.status == Reply::Status::ok) {
    settling_.insert(key);
    return;
  }
  const Error error = refusal(reply, "to delete a mail", ErrorKind::permanent);
  if (error.kind() != ErrorKind::permanent) throw error;
  if (refused_.empty()) refusal_ = error.what();
  refused_.insert(key);
}

void Pop3Mailbox::tell_refused() const {
  if (refused_.empty()) {
    if (const auto was = log::over(account_.mailbox, kDeletes)) {
      log::info("pop3: no deletion is refused any more",
                {{"mailbox", account_.mailbox}, {"passes", was->times}, {"since", rfc3339(was->since)}});
    }
    return;
  }
  const auto said = log::to_be_said(account_.mailbox, kDeletes, refusal_);
  if (!said) return;
  log::warning("pop3: the server does not delete mails",
               {{"mailbox", account_.mailbox},
                {"uid", refused_.begin()->uidl},
                {"mails", refused_.size()},
                {"reason", refusal_},
                {"advice",
                 "Each was fetched once, and is not fetched again; each pass asks for its deletion. With "
                 "after: keep the server is not asked."},
                {"times", said->times},
                {"since", rfc3339(said->since)}});
}

void Pop3Mailbox::settle(std::span<const SourceKey> mails, const SettleAction& action) {
  check(action, false);
  if (action.what == SettleAction::What::keep) return;
  session();
  remember_listing();
  const std::size_t window = session().can("PIPELINING") ? kDeletesInAdvance : 1;
  std::vector<SourceKey> asked;
  const auto take_answers = [&] {
    for (const auto& key : asked) take_delete(key);
    asked.clear();
  };
  for (const auto& key : mails) {
    if (settling_.count(key) != 0 || refused_.count(key) != 0) continue;
    const auto known = by_uidl_.find(key.uidl);
    if (known == by_uidl_.end()) {
      settling_.insert(key);  // gone: nothing is left to do
      continue;
    }
    step("pop3 send");
    session().send("DELE " + std::to_string(known->second.number));
    asked.push_back(key);
    if (asked.size() >= window) take_answers();
  }
  take_answers();
}

// RFC 1939 section 6: only the answer to QUIT says whether what was marked has been removed.
std::vector<SourceKey> Pop3Mailbox::finish() {
  tell_refused();
  if (settling_.empty()) return {};
  Session& s = session();
  step("pop3 quit");
  const Reply reply = s.ask("QUIT");
  s.close();
  if (reply.status != Reply::Status::ok) throw refusal(reply, "to remove what was deleted", ErrorKind::temporary);
  std::vector<SourceKey> done(settling_.begin(), settling_.end());
  settling_.clear();
  return done;
}

void Pop3Mailbox::close() noexcept {
  if (!session_) return;
  try {
    // Without finish() nothing may be removed: RSET takes back what DELE has marked.
    if (session_->is_alive() && !settling_.empty()) {
      session_->ask("RSET");
    }
    if (session_->is_alive()) {
      session_->send("QUIT");
      session_->allow(kFarewell);
      session_->reply();
    }
  } catch (const std::exception&) {
    // A server that is gone already wants no farewell.
  }
  session_->close();
}

}  // namespace

std::unique_ptr<Mailbox> make_pop3_mailbox(TransportOptions server, Account account, const Deadlines& deadlines) {
  return std::make_unique<Pop3Mailbox>(std::move(server), std::move(account), deadlines);
}

}  // namespace poller::pop3
