// What the other side's certificate says: for `check --online`, and for messages that name what is wrong with it.
#pragma once

#include <curl/curl.h>

#include <string>
#include <vector>

#include "base/clock.h"

struct ssl_st;
struct x509_st;

namespace poller::curl {

struct PeerCertificate {
  std::string subject;             // "CN=outlook.com, O=Microsoft Corporation, …"
  std::string issuer;              // alike
  UnixTime not_before = 0;         // 0: unknown
  UnixTime not_after = 0;          // 0: unknown
  std::vector<std::string> names;  // DNS names and addresses of subjectAltName
  long verify_error = 0;           // OpenSSL's X509_V_ERR_… of the first certificate of the chain that failed
  std::string failed_subject;      // that certificate's subject
  UnixTime failed_not_after = 0;
};

PeerCertificate describe(x509_st* certificate);

/// Makes libcurl's next TLS handshake note the server's certificate in `into`, also when it is refused. Changes nothing
/// in the verdict. `into` must outlive the handle.
void watch_certificates(CURL* handle, PeerCertificate* into);

}  // namespace poller::curl
