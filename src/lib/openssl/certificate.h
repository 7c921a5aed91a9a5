// A certificate and its private key, to sign an assertion with (RFC 7523), and how long it is good for.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"

struct evp_pkey_st;

namespace poller {

/// What of a certificate is needed to name it.
struct CertificateFacts {
  std::string sha256;  // of its DER form, 32 raw bytes: the x5t#S256 of RFC 7515 section 4.1.8
  UnixTime not_before = 0;
  UnixTime not_after = 0;
};

/// Of the first certificate in a PEM text. Throws Error(configuration).
CertificateFacts read_certificate(std::string_view pem);

class SigningKey {
 public:
  /// An unencrypted RSA private key in PEM. Throws Error(configuration) for anything else, also when it is not the key
  /// of the certificate.
  SigningKey(const Secret& key_pem, std::string_view certificate_pem);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes: PS256 of RFC 7518 section 3.5.
  [[nodiscard]] std::string sign_ps256(std::string_view bytes) const;
  [[nodiscard]] const CertificateFacts& certificate() const noexcept { return certificate_; }

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  std::unique_ptr<evp_pkey_st, Free> key_;
  CertificateFacts certificate_;
};

}  // namespace poller
