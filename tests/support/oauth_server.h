// A real OAuth 2 server (npm's oidc-provider, Entra's paths) and a person at a browser.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "process.h"
#include "temp_dir.h"

namespace poller::support {

struct OAuthOptions {
  std::string clients_json = "[]";  // more clients, in the form of oidc-provider's `clients`; {"client_id": …,
                                    // "certificate": PEM file} is one that signs with that certificate's key
  std::uint16_t port = 0;           // 0: any
};

struct MintedTokens {
  std::string refresh_token;
  std::string access_token;
};

struct TokenRequest {
  std::string grant_type;
  std::string client_id;
  bool ok = false;
  std::string error;
};

/// Clients it knows: "poller" (public), "poller-web" (secret "poller-web-secret"), and those of the options. Refresh
/// tokens rotate, and one that is used twice revokes its whole grant.
class OAuthServer {
 public:
  explicit OAuthServer(const OAuthOptions& options = {});

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string authority() const;          // for `authority`, with `tenant: tenant-1`
  [[nodiscard]] std::string discovery() const;          // for `discovery`
  [[nodiscard]] std::string introspection_url() const;  // for Dovecot and the SMTP server
  static constexpr const char* kTenant = "tenant-1";

  /// As if `user` had signed in to `client_id` with all scopes.
  MintedTokens mint(const std::string& user, const std::string& client_id = "poller");
  /// Every access and refresh token that the user was ever given.
  [[nodiscard]] std::vector<std::string> issued(const std::string& user) const;
  /// Makes all access tokens of the user invalid; the next refresh gives a good one.
  void expire_access_tokens(const std::string& user);
  /// Ends the user's grants: a refresh is answered with invalid_grant.
  void revoke(const std::string& user);
  void set_access_ttl(int seconds);
  /// Whether a refresh token that was used already ends the grant (default) or goes on working.
  void set_reuse_detection(bool on);
  /// JSON: {count, status, headers, body, delay_ms}; the token endpoint's next `count` answers.
  void set_fault(const std::string& json);
  /// What the token endpoint was asked until now, in order.
  [[nodiscard]] std::vector<TokenRequest> requests() const;
  [[nodiscard]] int refreshes() const;  // of those, the successful refreshes

 private:
  std::string control(const std::string& action, const std::string& json) const;

  TempDir dir_{"oauth"};
  std::uint16_t port_ = 0;
  std::unique_ptr<Child> child_;
};

struct BrowserPage {
  int status = 0;
  std::string url;
  std::string text;
};

/// Opens the address, signs in as `user`, agrees or refuses, follows all redirects, and tells where that ended.
BrowserPage browse(const std::string& url, const std::string& user, bool refuse = false);

}  // namespace poller::support
