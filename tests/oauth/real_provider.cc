#include "real_provider.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <stdexcept>

#include "base/text.h"

namespace poller::oauth {

namespace {

std::string number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error("no RSA key");
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return text::base64url(bytes);
}

}  // namespace

std::string certificate_client(const std::string& client_id, const std::filesystem::path& certificate) {
  std::FILE* const file = std::fopen(certificate.c_str(), "r");
  if (file == nullptr) throw std::runtime_error("no " + certificate.string());
  X509* const x509 = PEM_read_X509(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  EVP_PKEY* const key = X509_get0_pubkey(x509);
  const std::string json = fmt::format(
      R"([{{"client_id":"{}","application_type":"native","redirect_uris":["http://localhost"],)"
      R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
      R"("scope":"openid offline_access https://outlook.office.com/IMAP.AccessAsUser.All )"
      R"(https://outlook.office.com/SMTP.Send","token_endpoint_auth_method":"private_key_jwt",)"
      R"("token_endpoint_auth_signing_alg":"PS256","jwks":{{"keys":[{{"kty":"RSA","alg":"PS256","use":"sig",)"
      R"("n":"{}","e":"{}"}}]}}}}])",
      client_id, number_of(key, OSSL_PKEY_PARAM_RSA_N), number_of(key, OSSL_PKEY_PARAM_RSA_E));
  X509_free(x509);
  return json;
}

config::Config config_for(const support::OAuthServer& server, const std::filesystem::path& folder,
                          const std::string& client_id) {
  config::Config config = test_config(folder);
  config::OAuth& oauth = config.mailboxes.front().oauth;
  oauth.authority = server.authority();
  oauth.tenant = support::OAuthServer::kTenant;
  oauth.client_id = client_id;
  oauth.user = "helpdesk@contoso.com";
  oauth.scopes = {"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send",
                  "offline_access"};
  return config;
}

void Person::show(const std::string& value) {
  shown.push_back(value);
  if (shown.size() == 1 && act) {
    finish();
    thread_ = std::thread([this, value] { act(value); });
  }
  if (shown.size() == 2 && then) {
    finish();
    thread_ = std::thread([this, value] { then(value); });
  }
}

}  // namespace poller::oauth
