#include "mailbox/imap/imap_mailbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "base/text.h"
#include "mailbox/imap/fetch.h"
#include "mailbox/imap/folder.h"
#include "mailbox/imap/idle.h"
#include "mailbox/imap/refusal.h"
#include "mailbox/imap/search.h"
#include "mailbox/imap/session.h"
#include "mailbox/imap/settle.h"
#include "mailbox/imap/sign_in.h"

namespace poller::imap {
namespace {

constexpr std::chrono::milliseconds kLogout{2000};  // a farewell is worth no more

class ImapMailbox final : public Mailbox {
 public:
  ImapMailbox(TransportOptions server, Account account, const Deadlines& deadlines)
      : server_(std::move(server)), account_(std::move(account)), deadlines_(deadlines) {}
  ~ImapMailbox() override { close(); }

  void observe(OpenObserver observer) override { observer_ = std::move(observer); }
  void open(bool read_only) override;
  [[nodiscard]] FolderInfo folder() const override;
  std::vector<std::uint64_t> newest_sizes(std::size_t most) override { return last_sizes(session(), most); }
  std::vector<Listed> list(const ListRequest& request) override;
  void fetch(std::span<const Listed> mails, const FetchOptions& options, const MailSink& sink) override;
  bool check(const SettleAction& action, bool may_make_folder) override {
    return check_action(session(), action, may_make_folder);
  }
  void settle(std::span<const SourceKey> mails, const SettleAction& action) override;
  bool wait(std::chrono::milliseconds timeout) override;
  bool begin_watch() override;
  bool has_news() override;
  void end_watch() override;
  [[nodiscard]] int descriptor() const override { return session_ ? session_->transport().descriptor() : -1; }
  void close() noexcept override;
  void abandon() noexcept override {
    if (session_) session_->close();
    idle_.reset();
  }

 private:
  Session& session();
  void sign_in();
  void tell(const char* step, std::chrono::duration<double> took, std::string detail) const;
  [[nodiscard]] bool is_ours(const SourceKey& key) const;
  RawMail raw_mail(FetchItem&& item) const;

  TransportOptions server_;
  Account account_;
  Deadlines deadlines_;
  OpenObserver observer_;
  std::unique_ptr<Session> session_;
  std::optional<Idle> idle_;
  OpenFolder folder_;
  bool listed_ = false;
};

Session& ImapMailbox::session() {
  if (!session_ || !session_->is_alive()) throw Error(ErrorKind::temporary, "the IMAP session is not open");
  return *session_;
}

void ImapMailbox::tell(const char* step, std::chrono::duration<double> took, std::string detail) const {
  if (observer_) observer_({step, took, std::move(detail), 0});
}

void ImapMailbox::sign_in() {
  // Within TLS from the first byte, the answer to libcurl's own question can be believed; behind STARTTLS it cannot be
  // told from what was said before.
  for (const auto& line : session_->transport().greeting()) {
    constexpr std::string_view kCapability = "* CAPABILITY ";
    if (!server_.starttls && text::istarts_with(line, kCapability)) {
      session_->set_capabilities(split_words(std::string_view(line).substr(kCapability.size())));
    }
  }
  const Secret secret = account_.secret();
  learn_capabilities(*session_);
  if (account_.with_token) {
    sign_in_with_token(*session_, account_.user, secret);
  } else {
    sign_in_with_password(*session_, account_.user, secret);
  }
}

void ImapMailbox::open(bool read_only) {
  close();
  listed_ = false;
  session_ = std::make_unique<Session>(server_, deadlines_, account_.mailbox);
  idle_.emplace(*session_);
  try {
    const auto connected = session_->connect(observer_);
    sign_in();
    auto signed_in = std::chrono::steady_clock::now();
    folder_ = open_folder(*session_, account_.folder, read_only, [&] {
      signed_in = std::chrono::steady_clock::now();
      tell("sign-in", signed_in - connected, account_.user);
    });
    tell("folder", std::chrono::steady_clock::now() - signed_in,
         fmt::format("{}: {} mails{}", folder_.info.name, folder_.info.exists,
                     folder_.read_only && !read_only ? ", read-only" : ""));
  } catch (...) {
    session_->close();  // no farewell to a server that has refused us
    throw;
  }
}

FolderInfo ImapMailbox::folder() const {
  FolderInfo info = folder_.info;
  if (session_) info.exists = session_->exists();
  return info;
}

std::vector<Listed> ImapMailbox::list(const ListRequest& request) {
  Session& s = session();
  const bool first = !std::exchange(listed_, true);
  s.forget_news();  // what comes from now on may be missing in the answer
  if (first && s.exists() == 0) return {};
  std::vector<std::uint32_t> uids = search_uids(s, request.min_uid, request.unseen_only);
  std::unordered_set<std::uint32_t> unseen;
  const bool with_seen = request.min_uid <= 1 && !request.unseen_only && !uids.empty();
  if (with_seen) {
    for (const auto uid : search_uids(s, request.min_uid, true)) unseen.insert(uid);
  }
  std::vector<Listed> out;
  out.reserve(uids.size());
  for (const auto uid : uids) {
    out.push_back({{account_.mailbox, folder_.info.name, folder_.info.uidvalidity, uid, {}},
                   std::nullopt,
                   with_seen && unseen.count(uid) == 0});
  }
  return out;
}

bool ImapMailbox::is_ours(const SourceKey& key) const {
  // A UID of another UIDVALIDITY is the number of another mail now.
  return key.uid != 0 && key.uidvalidity == folder_.info.uidvalidity && key.folder == folder_.info.name;
}

RawMail ImapMailbox::raw_mail(FetchItem&& item) const {
  RawMail mail;
  mail.source = {account_.mailbox, folder_.info.name, folder_.info.uidvalidity, item.uid, {}};
  mail.complete = item.kind == FetchItem::Body::whole;
  mail.announced_size = item.kind == FetchItem::Body::cut ? item.body_size : item.size.value_or(item.body_size);
  mail.bytes = std::move(item.body);
  mail.received_at = item.internal_date;
  mail.seen = item.seen.value_or(false);
  return mail;
}

void ImapMailbox::fetch(std::span<const Listed> mails, const FetchOptions& options, const MailSink& sink) {
  std::vector<WantedMail> wanted;
  wanted.reserve(mails.size());
  for (const auto& mail : mails) {
    if (is_ours(mail.source)) wanted.push_back({mail.source.uid, mail.size.value_or(0)});
  }
  FetchPlan plan;
  plan.max_size = options.max_size;
  Session& s = session();
  s.on_body_bytes(options.on_bytes);
  try {
    Fetch(s, plan, [&](FetchItem&& item) { return sink(raw_mail(std::move(item))); }).run(wanted);
    s.on_body_bytes({});
  } catch (...) {
    s.close();  // answers to what was asked for are still to come: nothing else can be said on this connection
    throw;
  }
}

void ImapMailbox::settle(std::span<const SourceKey> mails, const SettleAction& action) {
  std::vector<std::uint32_t> uids;
  uids.reserve(mails.size());
  for (const auto& key : mails) {
    if (is_ours(key)) uids.push_back(key.uid);
  }
  if (uids.empty() || action.what == SettleAction::What::keep) return;
  if (folder_.read_only) {
    throw Error(ErrorKind::configuration, "the folder " + folder_.info.name + " is read-only for this account",
                "Give the account the right to change it, or use after: keep.");
  }
  settle_uids(session(), std::move(uids), action);
}

bool ImapMailbox::wait(std::chrono::milliseconds timeout) {
  session();
  return idle_->wait(timeout);
}

bool ImapMailbox::begin_watch() {
  session();
  return idle_->begin();
}

bool ImapMailbox::has_news() {
  session();
  return idle_->has_news();
}

void ImapMailbox::end_watch() {
  session();
  idle_->end();
}

void ImapMailbox::close() noexcept {
  if (!session_) return;
  try {
    if (session_->is_alive()) {
      idle_->leave();
      const std::string tag = session_->send("LOGOUT");
      session_->allow(kLogout);
      session_->wait(tag);
    }
  } catch (const std::exception&) {
    // BYE comes as an Error too, and is what we want to hear.
  }
  session_->close();
  idle_.reset();
}

}  // namespace

std::unique_ptr<Mailbox> make_imap_mailbox(TransportOptions server, Account account, const Deadlines& deadlines) {
  return std::make_unique<ImapMailbox>(std::move(server), std::move(account), deadlines);
}

}  // namespace poller::imap
