// How the app proves itself to the token endpoint: nothing, a secret, or an assertion signed with its certificate.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "config/config.h"
#include "oauth/account.h"
#include "oauth/http.h"

namespace poller {
class SigningKey;
}

namespace poller::oauth {

/// The app's own credentials, read from where the configuration says. What cannot be read is an error when it is used,
/// not when it is read: other mailboxes may not need it.
class ClientProof {
 public:
  explicit ClientProof(const config::OAuth& settings);
  ~ClientProof();
  ClientProof(ClientProof&&) noexcept;
  ClientProof& operator=(ClientProof&&) noexcept;

  [[nodiscard]] ClientKind configured() const noexcept { return configured_; }

  /// Adds what a request of a client of that kind needs. For public_client nothing, whatever is configured; for the
  /// other two the credential that is configured now, for Entra ties a grant to the app, not to its credential.
  /// Throws Error(configuration).
  void add_to(Form& form, ClientKind kind, const std::string& client_id, const std::string& token_endpoint,
              UnixTime now) const;

  /// Throws what add_to() would throw for want of a credential, before anybody is asked anything.
  void require(ClientKind kind) const;

  /// Reads the credentials anew; true when they are others than before. What cannot be read changes nothing.
  bool read_again(const config::OAuth& settings);

  /// Tells one proof from another without telling it; never empty.
  [[nodiscard]] std::string mark() const;

  /// When the certificate ends; nothing without one.
  [[nodiscard]] std::optional<UnixTime> certificate_ends() const;

 private:
  ClientKind configured_ = ClientKind::public_client;
  Secret secret_;
  std::unique_ptr<SigningKey> key_;
  std::optional<Error> failure_;
};

/// What is wrong with the app's certificate and its key, as nobody need be asked to know: they do not belong together,
/// cannot be used, or are not good now. Nothing where they are good, where there are none, or where whoever runs this
/// may not read them.
std::optional<Error> certificate_fault(const config::OAuth& settings, UnixTime now);

/// A JWT for private_key_jwt (RFC 7523; OpenID Connect Core section 9), as Entra wants it: PS256, x5t#S256, good for
/// five minutes. Source: learn.microsoft.com/entra/identity-platform/certificate-credentials.
std::string make_assertion(const SigningKey& key, const std::string& client_id, const std::string& token_endpoint,
                           UnixTime now);

}  // namespace poller::oauth
