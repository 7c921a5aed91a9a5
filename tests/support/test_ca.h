// Certificates for a test's servers: an authority of the test's own and what it signs.
#pragma once

#include <filesystem>
#include <string>

#include "temp_dir.h"

namespace poller::support {

struct CertificateRequest {
  std::string name = "localhost";                                 // subject's common name
  std::string alternative = "DNS:localhost,IP:127.0.0.1,IP:::1";  // subjectAltName, OpenSSL's notation
  int days_from = -1;                                             // validity, in days from now
  int days_to = 30;
};

struct Certificate {
  std::filesystem::path cert;  // PEM
  std::filesystem::path key;   // PEM, 0600
};

/// Made anew for every object (elliptic curve keys: some milliseconds).
class TestCa {
 public:
  TestCa();
  /// What a client is given as its CA file.
  [[nodiscard]] std::filesystem::path ca_file() const { return dir_ / "ca.crt"; }
  /// A server certificate for localhost and 127.0.0.1, made once.
  [[nodiscard]] const Certificate& server() const { return server_; }
  /// Signs another: of the wrong name, of yesterday, ...
  Certificate issue(const std::string& file_name, const CertificateRequest& request);

 private:
  TempDir dir_{"ca"};
  Certificate server_;
};

/// A self-signed RSA certificate, as an app is given for private_key_jwt; good between those days from now.
Certificate self_signed_rsa(const std::filesystem::path& folder, const std::string& name, int days_from = -1,
                            int days_to = 30);

}  // namespace poller::support
