// A world with one mailbox: on the Dovecot that all worlds share, or in a folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../e2e/home.h"
#include "../support/dovecot.h"
#include "../support/oauth_server.h"
#include "lab.h"

namespace poller::crash {

/// The servers that every world uses, started by the first one (from the main thread) and ended with the program.
support::Dovecot& shared_dovecot();
support::OAuthServer& shared_oauth();

/// Dovecot and OAuthServer are used from several threads here, one call at a time.
void with_servers(const std::function<void()>& work);

class MailWorld : public World {
 public:
  struct Options {
    std::string after = "seen";
    bool oauth = false;
    bool reuse_detected = false;  // a refresh token that is used twice ends the grant; for all worlds of the sweep
    std::string protocol = "imap";
    std::string mailbox_keys;  // as in e2e::HomeOptions
    std::string more;
    int mails = 4;
    std::size_t large = 0;  // one more mail, of at least so many bytes
  };

  explicit MailWorld(const Options& options);

  support::RunResult act(const support::Environment& environment) override { return run({"--once"}, environment); }
  [[nodiscard]] std::filesystem::path folder() const override { return home_->path(); }
  [[nodiscard]] nlohmann::json state() override;

  support::RunResult run(const support::Arguments& arguments, const support::Environment& environment = {}) const {
    return home_->run(arguments, environment);
  }
  [[nodiscard]] const e2e::Home& home() const { return *home_; }
  [[nodiscard]] const std::string& user() const { return user_; }

 private:
  [[nodiscard]] nlohmann::json server_state() const;

  std::string user_;
  std::unique_ptr<e2e::Home> home_;
};

/// The tickets of a home with their messages, without what differs from run to run.
nlohmann::json tickets_of(const e2e::Home& home);
/// What else the store says: ledger states, quarantine, outbox, and whether SQLite finds its files whole.
nlohmann::json store_of(const e2e::Home& home);

}  // namespace poller::crash
