#include "lib/openssl/sealing.h"

#include <openssl/evp.h>

#include <memory>

#include "lib/openssl/failure.h"
#include "lib/openssl/random.h"

namespace poller {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* c) const noexcept { EVP_CIPHER_CTX_free(c); }  // wipes its key
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* octets(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* octets(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

Cipher start_cipher(const Secret& key, const std::string& nonce, std::string_view associated, int encrypt) {
  if (key.size() != kKeyBytes) throw Error(ErrorKind::ours, "a sealing key must have 32 bytes");
  Cipher cipher(EVP_CIPHER_CTX_new());
  int n = 0;
  if (!cipher ||
      EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, octets(key.reveal()), octets(nonce), encrypt) != 1 ||
      EVP_CipherUpdate(cipher.get(), nullptr, &n, octets(associated), static_cast<int>(associated.size())) != 1) {
    openssl::fail("start AES-256-GCM");
  }
  return cipher;
}

}  // namespace

Sealed seal(const Secret& key, std::string_view plain, std::string_view associated) {
  Sealed sealed{random_bytes(kNonceBytes), std::string(plain.size() + kTagBytes, '\0')};
  const Cipher cipher = start_cipher(key, sealed.nonce, associated, 1);
  unsigned char* const out = octets(sealed.bytes);
  int n = 0;
  if (EVP_CipherUpdate(cipher.get(), out, &n, octets(plain), static_cast<int>(plain.size())) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), out + n, &n) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, out + plain.size()) != 1) {
    openssl::fail("seal with AES-256-GCM");
  }
  return sealed;
}

std::optional<Secret> open_sealed(const Secret& key, const Sealed& sealed, std::string_view associated) {
  if (sealed.nonce.size() != kNonceBytes || sealed.bytes.size() < kTagBytes) return std::nullopt;
  const std::size_t length = sealed.bytes.size() - kTagBytes;
  const Cipher cipher = start_cipher(key, sealed.nonce, associated, 0);
  std::string plain(length, '\0');
  std::string tag = sealed.bytes.substr(length);
  int n = 0;
  const bool good =
      EVP_CipherUpdate(cipher.get(), octets(plain), &n, octets(sealed.bytes), static_cast<int>(length)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_CipherFinal_ex(cipher.get(), octets(plain) + n, &n) == 1;
  if (good) return Secret(std::move(plain));
  Secret::wipe(plain);
  return std::nullopt;
}

Secret derive_key(const Secret& text, std::string_view purpose) {
  constexpr std::uint64_t kN = 16384, kR = 8, kP = 1, kMemory = 64 * 1024 * 1024;
  std::string key(kKeyBytes, '\0');
  if (EVP_PBE_scrypt(text.reveal().data(), text.size(), octets(purpose), purpose.size(), kN, kR, kP, kMemory,
                     octets(key), key.size()) != 1) {
    openssl::fail("derive a key");
  }
  return Secret(std::move(key));
}

}  // namespace poller
