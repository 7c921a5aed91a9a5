// A mailbox in memory, and a store in a folder of its own.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <string>

#include "base/error.h"
#include "config/config.h"
#include "intake/pass.h"
#include "mailbox/mailbox.h"
#include "storage/store.h"

namespace poller::test {

struct FakeMail {
  std::string bytes;
  bool seen = false;
  bool silent = false;     // listed, but the server gives no bytes
  bool too_large = false;  // for the memory there is
  /// What goes on while it comes; `on_bytes` says that some of it has come.
  std::function<void(const std::function<void()>& on_bytes)> coming = {};
};

/// The server's side; sessions come and go.
struct FakeServer {
  std::uint32_t uidvalidity = 7;
  std::uint32_t next_uid = 1;
  std::map<std::uint32_t, FakeMail> mails;
  std::map<std::uint32_t, FakeMail> moved;
  int fetched = 0;                // mails handed out, in all sessions
  std::size_t largest_fetch = 0;  // bytes handed out by one fetch()
  int expire_after = -1;          // mails until the session ends by token expiry; -1: never
  int sessions = 0;
  bool refused_settle = false;

  std::uint32_t add(std::string bytes) {
    mails[next_uid] = {std::move(bytes)};
    return next_uid++;
  }
};

class FakeMailbox final : public Mailbox {
 public:
  FakeMailbox(std::string name, FakeServer& server) : name_(std::move(name)), server_(server) {}

  void open(bool read_only) override {
    read_only_ = read_only;
    ++server_.sessions;
  }
  [[nodiscard]] FolderInfo folder() const override {
    FolderInfo info;
    info.name = "INBOX";
    info.uidvalidity = server_.uidvalidity;
    info.uidnext = server_.next_uid;
    return info;
  }
  std::vector<Listed> list(const ListRequest& request) override {
    std::vector<Listed> out;
    for (const auto& [uid, mail] : server_.mails) {
      if (uid < request.min_uid) continue;
      Listed listed;
      listed.source = {name_, "INBOX", server_.uidvalidity, uid, ""};
      listed.size = mail.bytes.size();
      listed.seen = mail.seen;
      out.push_back(std::move(listed));
    }
    return out;
  }
  void fetch(std::span<const Listed> mails, const FetchOptions& options, const MailSink& sink) override {
    std::size_t bytes = 0;
    for (const auto& listed : mails) {
      const auto it = server_.mails.find(listed.source.uid);
      if (it == server_.mails.end() || it->second.silent) continue;
      if (it->second.too_large) throw std::bad_alloc();
      if (server_.expire_after == 0) {
        server_.expire_after = -1;
        throw Error(ErrorKind::temporary, "BYE Session invalidated - AccessTokenExpired");
      }
      if (server_.expire_after > 0) --server_.expire_after;
      RawMail raw;
      raw.source = listed.source;
      raw.bytes = it->second.bytes;
      raw.announced_size = raw.bytes.size();
      if (raw.bytes.size() > options.max_size) {
        raw.bytes.resize(raw.bytes.find("\r\n\r\n") + 4);
        raw.complete = false;
      }
      if (it->second.coming) it->second.coming(options.on_bytes);
      ++server_.fetched;
      server_.largest_fetch = std::max(server_.largest_fetch, bytes += raw.bytes.size());
      if (!sink(std::move(raw))) return;
    }
  }
  void settle(std::span<const SourceKey> mails, const SettleAction& action) override {
    if (server_.refused_settle) throw Error(ErrorKind::temporary, "connection lost");
    if (read_only_) throw Error(ErrorKind::ours, "settled on a session for reading");
    for (const auto& key : mails) {
      const auto it = server_.mails.find(key.uid);
      if (it == server_.mails.end()) continue;
      if (action.what == SettleAction::What::seen) it->second.seen = true;
      if (action.what == SettleAction::What::move) server_.moved.insert(*it);
      if (action.what == SettleAction::What::move || action.what == SettleAction::What::remove) server_.mails.erase(it);
    }
  }
  bool wait(std::chrono::milliseconds /*timeout*/) override { return false; }
  void close() noexcept override {}

 private:
  std::string name_;
  FakeServer& server_;
  bool read_only_ = false;
};

struct World {
  FakeServer server;
  config::Config config;
  std::filesystem::path folder;
  std::unique_ptr<Store> store;
  std::vector<MailEvent> events;

  World() {
    char name[] = "/tmp/poller-intake-XXXXXX";
    folder = ::mkdtemp(name);
    config.queues.emplace_back();
    config.queues.front().name = "support";
    config.mailboxes.emplace_back();
    config.mailboxes.front().name = "box";
    config.mailboxes.front().queue = "support";
    reopen();
  }
  ~World() {
    store.reset();
    std::filesystem::remove_all(folder);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void reopen() {
    store.reset();
    store = open_sqlite_store((folder / "poller.db").string());
  }
  config::Mailbox& mailbox() { return config.mailboxes.front(); }

  PassSummary pass(bool dry_run = false) {
    PassOptions options;
    options.dry_run = dry_run;
    return pass(options);
  }
  PassSummary pass(PassOptions options, const Clock& clock = system_clock()) {
    events.clear();
    const Rules rules(config.rules);
    options.rules = &rules;
    options.on_mail = [this](const MailEvent& e) { events.push_back(e); };
    return run_pass(
        *store, config, mailbox(), [this](bool) { return std::make_unique<FakeMailbox>("box", server); }, clock,
        options);
  }
  std::vector<Ticket> tickets() {
    std::vector<Ticket> out;
    store->for_each_ticket({}, [&](const Ticket& t) { out.push_back(t); });
    return out;
  }
};

/// A small mail; empty ids are left out.
inline std::string mail_text(const std::string& id, const std::string& subject, const std::string& references = "",
                             const std::string& from = "ann@example.com") {
  std::string out = "From: Ann <" + from + ">\r\nTo: support@example.com\r\nSubject: " + subject +
                    "\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n";
  if (!id.empty()) out += "Message-ID: <" + id + ">\r\n";
  if (!references.empty()) out += "References: " + references + "\r\n";
  return out + "\r\nThe body of " + subject + " " + id + "\r\n";
}

}  // namespace poller::test
