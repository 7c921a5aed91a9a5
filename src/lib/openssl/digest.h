// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), through EVP so that the processor's own instructions are used.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/secret.h"

struct evp_md_ctx_st;

namespace poller {

/// A hash fed in pieces. After digest() or hex() the object starts anew.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::string_view bytes);
  /// The 32 raw bytes.
  std::string digest();
  /// 64 lower case hex digits.
  std::string hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  void start();
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256(std::string_view bytes);      // 32 raw bytes
std::string sha256_hex(std::string_view bytes);  // 64 lower case hex digits

/// 32 raw bytes.
std::string hmac_sha256(const Secret& key, std::string_view bytes);

/// Whether both are the same, in a time that does not depend on where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace poller
