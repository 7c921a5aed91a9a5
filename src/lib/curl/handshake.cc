#include "lib/curl/handshake.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <memory>
#include <string_view>

#include "base/shared_library.h"
#include "lib/curl/library.h"

namespace poller::curl {
namespace {

// More names than this are of no use in a message.
constexpr int kMaxNames = 100;

// Of the TLS library that libcurl stands on and brings along.
struct Tls {
  Tls() {
    const SharedLibrary file(POLLER_CURL_SONAME, POLLER_CURL_PACKAGE);
    file.find(SSL_CIPHER_get_name, "SSL_CIPHER_get_name");
    file.find(SSL_CTX_get_ex_data, "SSL_CTX_get_ex_data");
    file.find(SSL_CTX_get_verify_mode, "SSL_CTX_get_verify_mode");
    file.find(SSL_CTX_set_ex_data, "SSL_CTX_set_ex_data");
    file.find(SSL_CTX_set_info_callback, "SSL_CTX_set_info_callback");
    file.find(SSL_CTX_set_verify, "SSL_CTX_set_verify");
    file.find(SSL_get_SSL_CTX, "SSL_get_SSL_CTX");
    file.find(SSL_get_current_cipher, "SSL_get_current_cipher");
    file.find(SSL_get_ex_data_X509_STORE_CTX_idx, "SSL_get_ex_data_X509_STORE_CTX_idx");
    file.find(SSL_get_version, "SSL_get_version");
  }

  decltype(&::SSL_CIPHER_get_name) SSL_CIPHER_get_name;
  decltype(&::SSL_CTX_get_ex_data) SSL_CTX_get_ex_data;
  decltype(&::SSL_CTX_get_verify_mode) SSL_CTX_get_verify_mode;
  decltype(&::SSL_CTX_set_ex_data) SSL_CTX_set_ex_data;
  decltype(&::SSL_CTX_set_info_callback) SSL_CTX_set_info_callback;
  decltype(&::SSL_CTX_set_verify) SSL_CTX_set_verify;
  decltype(&::SSL_get_SSL_CTX) SSL_get_SSL_CTX;
  decltype(&::SSL_get_current_cipher) SSL_get_current_cipher;
  decltype(&::SSL_get_ex_data_X509_STORE_CTX_idx) SSL_get_ex_data_X509_STORE_CTX_idx;
  decltype(&::SSL_get_version) SSL_get_version;
};

const Tls& tls() {
  static const Tls loaded;
  return loaded;
}

std::string distinguished_name(const X509_NAME* name) {
  if (name == nullptr) return {};
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (!out) return {};
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

UnixTime unix_time(const ASN1_TIME* time) {
  std::tm broken{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &broken) != 1) return 0;
  return timegm(&broken);
}

std::string_view octets(const ASN1_STRING* s) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)), static_cast<std::size_t>(ASN1_STRING_length(s))};
}

std::string address_text(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (bytes.size() != 4 && bytes.size() != 16) return {};
  return inet_ntop(family, bytes.data(), text.data(), static_cast<socklen_t>(text.size())) != nullptr ? text.data()
                                                                                                      : "";
}

std::vector<std::string> alternative_names(X509* certificate) {
  std::vector<std::string> out;
  auto* list = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> owner(list, GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(list) && i < kMaxNames; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS) out.emplace_back(octets(name->d.dNSName));
    if (name->type == GEN_IPADD) out.push_back(address_text(octets(name->d.iPAddress)));
  }
  return out;
}

int handshake_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

Handshake* handshake_of(const SSL* ssl) {
  auto* into = static_cast<Handshake*>(tls().SSL_CTX_get_ex_data(tls().SSL_get_SSL_CTX(ssl), handshake_slot()));
  if (into != nullptr && into->session != ssl) {
    const auto begun = into->begun;
    *into = Handshake{};
    into->begun = begun;
    into->session = ssl;
  }
  return into;
}

// Called by OpenSSL for every certificate of the chain; returns the verdict as it came.
int note_certificate(int verdict, X509_STORE_CTX* store) {
  const auto* ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, tls().SSL_get_ex_data_X509_STORE_CTX_idx()));
  Handshake* into = ssl != nullptr ? handshake_of(ssl) : nullptr;
  if (into == nullptr) return verdict;
  if (into->certificate.not_after == 0) into->certificate = describe(X509_STORE_CTX_get0_cert(store));
  if (verdict == 0 && into->verify_error == 0) {
    into->verify_error = X509_STORE_CTX_get_error(store);
    into->failed = describe(X509_STORE_CTX_get_current_cert(store));
  }
  return verdict;
}

void note_state(const SSL* ssl, int where, int /*result*/) {
  if ((where & SSL_CB_HANDSHAKE_DONE) == 0) return;
  if (Handshake* into = handshake_of(ssl)) {
    into->version = tls().SSL_get_version(ssl);
    into->cipher = tls().SSL_CIPHER_get_name(tls().SSL_get_current_cipher(ssl));
  }
}

CURLcode on_context(CURL* /*handle*/, void* context, void* into) {
  auto* ctx = static_cast<SSL_CTX*>(context);
  if (tls().SSL_CTX_set_ex_data(ctx, handshake_slot(), into) != 1) return CURLE_OUT_OF_MEMORY;
  tls().SSL_CTX_set_verify(ctx, tls().SSL_CTX_get_verify_mode(ctx), note_certificate);
  tls().SSL_CTX_set_info_callback(ctx, note_state);
  static_cast<Handshake*>(into)->begun = std::chrono::steady_clock::now();
  return CURLE_OK;
}

}  // namespace

PeerCertificate describe(x509_st* certificate) {
  PeerCertificate out;
  if (certificate == nullptr) return out;
  out.subject = distinguished_name(X509_get_subject_name(certificate));
  out.issuer = distinguished_name(X509_get_issuer_name(certificate));
  out.not_before = unix_time(X509_get0_notBefore(certificate));
  out.not_after = unix_time(X509_get0_notAfter(certificate));
  out.names = alternative_names(certificate);
  return out;
}

void watch_handshake(CURL* handle, Handshake* into) {
  (void)tls();  // may throw: not in the midst of OpenSSL
  library().curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, on_context);
  library().curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, into);
}

}  // namespace poller::curl
