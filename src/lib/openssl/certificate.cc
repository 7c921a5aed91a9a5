#include "lib/openssl/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstring>
#include <ctime>

#include "lib/openssl/failure.h"

namespace poller {
namespace {

struct FreeOpenssl {
  void operator()(BIO* b) const noexcept { BIO_free_all(b); }
  void operator()(X509* c) const noexcept { X509_free(c); }
  void operator()(EVP_MD_CTX* c) const noexcept { EVP_MD_CTX_free(c); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeOpenssl>;

Owned<BIO> over(std::string_view bytes) {
  Owned<BIO> bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  if (!bio) openssl::fail("read from memory");
  return bio;
}

Owned<X509> certificate_of(std::string_view pem) {
  Owned<X509> certificate(PEM_read_bio_X509(over(pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) openssl::fail("read the certificate (PEM is expected)", ErrorKind::configuration);
  return certificate;
}

UnixTime unix_time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1)
    openssl::fail("read how long the certificate is good", ErrorKind::configuration);
  return ::timegm(&parts);
}

// Answers the question for a passphrase with none: nobody is there to type one.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

CertificateFacts facts_of(X509* certificate) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (X509_digest(certificate, EVP_sha256(), hash, &length) != 1) openssl::fail("hash the certificate");
  return {std::string(reinterpret_cast<const char*>(hash), length), unix_time_of(X509_get0_notBefore(certificate)),
          unix_time_of(X509_get0_notAfter(certificate))};
}

}  // namespace

CertificateFacts read_certificate(std::string_view pem) { return facts_of(certificate_of(pem).get()); }

void SigningKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

SigningKey::SigningKey(const Secret& key_pem, std::string_view certificate_pem)
    : key_(PEM_read_bio_PrivateKey(over(key_pem.reveal()).get(), nullptr, no_passphrase, nullptr)) {
  if (!key_)
    openssl::fail("read the certificate's key (PEM without a passphrase is expected)", ErrorKind::configuration);
  if (EVP_PKEY_is_a(key_.get(), "RSA") != 1) {
    throw Error(ErrorKind::configuration, "the certificate's key is no RSA key",
                "Use a certificate with an RSA key of 2048 bits or more: the assertion is signed with PS256.");
  }
  const Owned<X509> certificate = certificate_of(certificate_pem);
  if (X509_check_private_key(certificate.get(), key_.get()) != 1) {
    openssl::fail("use the key: it is not the certificate's", ErrorKind::configuration);
  }
  certificate_ = facts_of(certificate.get());
}

SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

std::string SigningKey::sign_ps256(std::string_view bytes) const {
  constexpr int kSaltBytes = 32;
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // belongs to `context`
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t length = 0;
  if (!context || EVP_DigestSignInit(context.get(), &key_context, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, kSaltBytes) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, data, bytes.size()) != 1) {
    openssl::fail("start a signature");
  }
  std::string signature(length, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, data, bytes.size()) !=
      1) {
    openssl::fail("sign");
  }
  signature.resize(length);
  return signature;
}

}  // namespace poller
