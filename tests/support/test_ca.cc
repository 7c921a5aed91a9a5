#include "test_ca.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace poller::support {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<FILE, int (*)(FILE*)>;

void need(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("test certificate: ") + what);
}

File open_file(const std::filesystem::path& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode), &std::fclose);
  need(file != nullptr, path.c_str());
  return file;
}

void write_key(const std::filesystem::path& path, EVP_PKEY* key) {
  const auto file = open_file(path, "w");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  need(PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "write key");
}

void write_cert(const std::filesystem::path& path, X509* cert) {
  const auto file = open_file(path, "w");
  need(PEM_write_X509(file.get(), cert) == 1, "write certificate");
}

void add_extension(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  need(extension != nullptr, value.c_str());
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
}

// A certificate of that name with a serial number of its own, not yet signed.
X509Ptr unsigned_cert(EVP_PKEY* key, const CertificateRequest& request) {
  constexpr long kDay = 24 * 60 * 60;
  X509Ptr cert(X509_new(), &X509_free);
  X509_set_version(cert.get(), 2);
  unsigned char random[4];
  need(RAND_bytes(random, sizeof random) == 1, "random");
  const long serial = (long{random[0]} << 24 | long{random[1]} << 16 | long{random[2]} << 8 | random[3]) + 1;
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), request.days_from * kDay);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), request.days_to * kDay);
  X509_set_pubkey(cert.get(), key);
  const auto* name = reinterpret_cast<const unsigned char*>(request.name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_UTF8, name, -1, -1, 0);
  return cert;
}

Key new_ec_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

}  // namespace

TestCa::TestCa() {
  std::filesystem::permissions(dir_.path(), std::filesystem::perms(0755));  // servers give up root before they read
  const Key key = new_ec_key();
  CertificateRequest request;
  request.name = "poller test CA";
  const auto cert = unsigned_cert(key.get(), request);
  X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get()));
  add_extension(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(cert.get(), cert.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(cert.get(), cert.get(), NID_subject_key_identifier, "hash");
  need(X509_sign(cert.get(), key.get(), EVP_sha256()) != 0, "sign");
  write_key(dir_ / "ca.key", key.get());
  write_cert(ca_file(), cert.get());
  server_ = issue("server", {});
}

Certificate TestCa::issue(const std::string& file_name, const CertificateRequest& request) {
  const X509Ptr ca(PEM_read_X509(open_file(ca_file(), "r").get(), nullptr, nullptr, nullptr), &X509_free);
  const Key ca_key(PEM_read_PrivateKey(open_file(dir_ / "ca.key", "r").get(), nullptr, nullptr, nullptr),
                   &EVP_PKEY_free);
  const Key key = new_ec_key();
  const auto cert = unsigned_cert(key.get(), request);
  X509_set_issuer_name(cert.get(), X509_get_subject_name(ca.get()));
  add_extension(cert.get(), ca.get(), NID_basic_constraints, "CA:FALSE");
  add_extension(cert.get(), ca.get(), NID_ext_key_usage, "serverAuth");
  add_extension(cert.get(), ca.get(), NID_authority_key_identifier, "keyid");
  if (!request.alternative.empty()) add_extension(cert.get(), ca.get(), NID_subject_alt_name, request.alternative);
  need(X509_sign(cert.get(), ca_key.get(), EVP_sha256()) != 0, "sign");
  Certificate made{dir_ / (file_name + ".crt"), dir_ / (file_name + ".key")};
  write_key(made.key, key.get());
  write_cert(made.cert, cert.get());
  return made;
}

Certificate self_signed_rsa(const std::filesystem::path& folder, const std::string& name, int days_from, int days_to) {
  const Key key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  CertificateRequest request;
  request.name = name;
  request.days_from = days_from;
  request.days_to = days_to;
  const auto cert = unsigned_cert(key.get(), request);
  X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get()));
  need(X509_sign(cert.get(), key.get(), EVP_sha256()) != 0, "sign");
  Certificate made{folder / (name + ".crt"), folder / (name + ".key")};
  write_key(made.key, key.get());
  write_cert(made.cert, cert.get());
  return made;
}

}  // namespace poller::support
