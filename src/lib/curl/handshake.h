// What a TLS handshake showed of the other side: for `check --online`, and for messages that name what is wrong.
#pragma once

#include <curl/curl.h>

#include <chrono>
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
};

struct Handshake {
  PeerCertificate certificate;  // the server's own, also when it is refused
  int verify_error = 0;         // OpenSSL's X509_V_ERR_… of the first certificate of the chain that failed
  PeerCertificate failed;       // that certificate
  std::string version;          // "TLSv1.3"; empty until TLS stands
  std::string cipher;
  std::chrono::steady_clock::time_point begun{};  // when TLS was begun: TCP stood by then
  const void* session = nullptr;  // OpenSSL's, whose handshake this is (with an https:// proxy there are two)
};

PeerCertificate describe(x509_st* certificate);

/// Makes libcurl's TLS handshakes be noted in `into`; the last one stands. Changes nothing in the verdict. `into` must
/// outlive the handle. (CURLINFO_TLS_SSL_PTR has nothing to tell after CURLOPT_CONNECT_ONLY.)
void watch_handshake(CURL* handle, Handshake* into);

}  // namespace poller::curl
