// The OAuth server of tests/support as the provider of a test's mailboxes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "config/config.h"
#include "oauth/login_ui.h"
#include "scripted.h"
#include "tests/support/oauth_server.h"

namespace poller::oauth {

/// A configuration with the mailbox "support", whose account is helpdesk@contoso.com at that server.
config::Config config_for(const support::OAuthServer& server, const std::filesystem::path& folder,
                          const std::string& client_id = "poller");

/// A client of oidc-provider that signs its assertions with the key of that certificate (PEM): the JSON of a list of
/// one.
std::string certificate_client(const std::string& client_id, const std::filesystem::path& certificate);

/// A person: what is shown is remembered, and the first address is handed to `act` on a thread of its own.
class Person final : public LoginUi {
 public:
  std::function<void(const std::string& address)> act;
  std::function<void(const std::string& code)> then;  // for the second thing that is shown
  int paste = -1;
  bool has_browser = false;

  ~Person() override { finish(); }
  void finish() {
    if (thread_.joinable()) thread_.join();
  }
  void say(const std::string& sentence) override { said.push_back(sentence); }
  void show(const std::string& value) override;
  bool open_browser(const std::string& /*url*/) override { return has_browser; }
  int paste_descriptor() override { return paste; }

  std::vector<std::string> said, shown;

 private:
  std::thread thread_;
};

}  // namespace poller::oauth
