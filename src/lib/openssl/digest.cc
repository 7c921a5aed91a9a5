#include "lib/openssl/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <utility>

#include "base/text.h"
#include "lib/openssl/failure.h"

namespace poller {
namespace {

constexpr std::size_t kSha256Bytes = 32;

// Fetched once: OpenSSL 3 looks the algorithm up anew, under a lock, each time EVP_sha256() is used.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (algorithm == nullptr) openssl::fail("find SHA-256");
  return algorithm;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (!context_) openssl::fail("make a hash");
  start();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::start() {
  if (EVP_DigestInit_ex2(context_.get(), sha256_algorithm(), nullptr) != 1) openssl::fail("start a hash");
}

Sha256& Sha256::update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) openssl::fail("hash");
  return *this;
}

std::string Sha256::digest() {
  std::string out(kSha256Bytes, '\0');
  if (EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) != 1) {
    openssl::fail("finish a hash");
  }
  start();
  return out;
}

std::string Sha256::hex() { return text::hex(digest()); }

std::string sha256(std::string_view bytes) {
  std::string out(kSha256Bytes, '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, sha256_algorithm(),
                 nullptr) != 1) {
    openssl::fail("hash");
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) { return text::hex(sha256(bytes)); }

std::string hmac_sha256(const Secret& key, std::string_view bytes) {
  std::string out(kSha256Bytes, '\0');
  const std::string_view k = key.reveal();
  if (HMAC(sha256_algorithm(), k.data(), static_cast<int>(k.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(out.data()), nullptr) == nullptr) {
    openssl::fail("compute an HMAC");
  }
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace poller
