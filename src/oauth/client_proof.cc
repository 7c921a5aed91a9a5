#include "oauth/client_proof.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/safe_file.h"
#include "base/text.h"
#include "config/secrets.h"
#include "lib/openssl/certificate.h"
#include "lib/openssl/digest.h"
#include "lib/openssl/random.h"
#include "oauth/json_object.h"

namespace poller::oauth {
namespace {

constexpr std::size_t kLargestPem = 256 * 1024;

std::unique_ptr<SigningKey> read_signing_key(const config::OAuth& settings) {
  try {
    if (readable_by_others(settings.certificate_key)) {
      throw Error(ErrorKind::configuration,
                  fmt::format("others can read the certificate's key {}", settings.certificate_key.string()),
                  fmt::format("chmod 600 {}", settings.certificate_key.string()));
    }
    const Secret key(read_file(settings.certificate_key, kLargestPem));
    return std::make_unique<SigningKey>(key, read_file(settings.certificate, kLargestPem));
  } catch (const Error& error) {
    throw Error(
        ErrorKind::configuration, fmt::format("oauth.certificate: {}", error.what()),
        error.advice().empty() ? "Check oauth.certificate: {cert: PATH, key: PATH}, both PEM." : error.advice());
  }
}

// A random UUID (RFC 9562 section 5.4).
std::string random_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  const std::string h = text::hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", h.substr(0, 8), h.substr(8, 4), h.substr(12, 4), h.substr(16, 4), h.substr(20));
}

}  // namespace

ClientProof::ClientProof(const config::OAuth& settings) {
  try {
    if (!settings.certificate.empty()) {
      configured_ = ClientKind::certificate;
      key_ = read_signing_key(settings);
    } else if (settings.client_secret) {
      configured_ = ClientKind::secret;
      secret_ = config::resolve_secret(settings.client_secret);
    }
  } catch (const Error& error) {
    failure_ = error;
  }
}

ClientProof::~ClientProof() = default;
ClientProof::ClientProof(ClientProof&&) noexcept = default;
ClientProof& ClientProof::operator=(ClientProof&&) noexcept = default;

void ClientProof::add_to(Form& form, ClientKind kind, const std::string& client_id, const std::string& token_endpoint,
                         UnixTime now) const {
  require(kind);
  if (kind == ClientKind::public_client) return;
  if (configured_ == ClientKind::secret) {
    form.add("client_secret", secret_);
    return;
  }
  form.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  form.add("client_assertion", Secret(make_assertion(*key_, client_id, token_endpoint, now)));
}

void ClientProof::require(ClientKind kind) const {
  if (kind == ClientKind::public_client) return;
  if (failure_) throw *failure_;
  if (configured_ == ClientKind::public_client) {
    throw Error(ErrorKind::configuration,
                fmt::format("the grant was obtained with a {}, and the configuration has none", to_string(kind)),
                "Put oauth.client_secret (or oauth.certificate) back, or sign in anew with `{login}`.");
  }
}

bool ClientProof::read_again(const config::OAuth& settings) {
  ClientProof fresh(settings);
  if (fresh.failure_) return false;
  const auto thumbprint = [](const ClientProof& p) { return p.key_ ? p.key_->certificate().sha256 : std::string(); };
  const bool other = failure_ || fresh.secret_.reveal() != secret_.reveal() || thumbprint(fresh) != thumbprint(*this);
  if (other) *this = std::move(fresh);
  return other;
}

std::string ClientProof::mark() const {
  std::string told = to_string(configured_);
  if (!secret_.empty()) told += " " + text::hex(hmac_sha256(secret_, "poller client proof").substr(0, 8));
  if (key_) told += " " + text::hex(key_->certificate().sha256);
  return told;
}

std::optional<UnixTime> ClientProof::certificate_ends() const {
  return key_ ? std::optional(key_->certificate().not_after) : std::nullopt;
}

std::optional<Error> certificate_fault(const config::OAuth& settings, UnixTime now) {
  constexpr const char* kAsk = "The app's owner creates a new one (Entra, App registrations, Certificates & secrets).";
  if (settings.certificate.empty() || settings.certificate_key.empty()) return std::nullopt;
  for (const auto& file : {settings.certificate, settings.certificate_key}) {
    if (::access(file.c_str(), R_OK) != 0) return std::nullopt;
  }
  try {
    const CertificateFacts facts = read_signing_key(settings)->certificate();
    const auto fault = [](const char* what, UnixTime at, const char* advice) {
      return Error(ErrorKind::configuration,
                   fmt::format("oauth.certificate: {} on {}: no token will be given", what, rfc3339(at)), advice);
    };
    if (facts.not_after < now) return fault("it ended", facts.not_after, kAsk);
    if (facts.not_before > now) return fault("it begins only", facts.not_before, "Check this machine's clock.");
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

std::string make_assertion(const SigningKey& key, const std::string& client_id, const std::string& token_endpoint,
                           UnixTime now) {
  constexpr UnixTime kGoodFor = 300;
  const Secret header = JsonWriter()
                            .add("alg", "PS256")
                            .add("typ", "JWT")
                            .add("x5t#S256", text::base64url(key.certificate().sha256))
                            .finish();
  const Secret claims = JsonWriter()
                            .add("aud", token_endpoint)
                            .add("iss", client_id)
                            .add("sub", client_id)
                            .add("jti", random_uuid())
                            .add("nbf", now)
                            .add("iat", now)
                            .add("exp", now + kGoodFor)
                            .finish();
  std::string token = text::base64url(header.reveal()) + "." + text::base64url(claims.reveal());
  return token + "." + text::base64url(key.sign_ps256(token));
}

}  // namespace poller::oauth
