#include "parsers/smime.h"

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "base/text.h"

namespace poller {
namespace {

// An opaque signed object over `content`, with a key made for the occasion.
std::string sign(const std::string& content, unsigned flags) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("Anna"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_sign(certificate, key, EVP_sha256());
  BIO* in = BIO_new_mem_buf(content.data(), static_cast<int>(content.size()));
  CMS_ContentInfo* cms = CMS_sign(certificate, key, nullptr, in, CMS_BINARY | flags);
  BIO* out = BIO_new(BIO_s_mem());
  i2d_CMS_bio(out, cms);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string der(data, static_cast<std::size_t>(size));
  BIO_free(out);
  BIO_free(in);
  CMS_ContentInfo_free(cms);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return der;
}

TEST_CASE("what a part says it is") {
  const auto part = [](const char* type, const char* protocol, const char* smime_type, const char* name) {
    return protection_of_part(type, protocol, smime_type, name);
  };
  CHECK(part("multipart/signed", "application/pkcs7-signature", "", "") == Protection::smime_signed);
  CHECK(part("multipart/signed", "application/pgp-signature", "", "") == Protection::pgp_signed);
  CHECK(part("multipart/encrypted", "application/pgp-encrypted", "", "") == Protection::pgp_encrypted);
  CHECK(part("application/pkcs7-mime", "", "enveloped-data", "smime.p7m") == Protection::smime_encrypted);
  CHECK(part("application/x-pkcs7-mime", "", "Enveloped-Data", "") == Protection::smime_encrypted);
  CHECK(part("application/pkcs7-mime", "", "signed-data", "smime.p7m") == Protection::smime_opaque);
  CHECK(part("application/pkcs7-mime", "", "", "smime.p7m") == Protection::smime_opaque);
  CHECK(part("application/pkcs7-mime", "", "certs-only", "smime.p7c") == Protection::smime_certificates);
  CHECK(part("application/octet-stream", "", "", "SMIME.P7M") == Protection::smime_opaque);
  CHECK(part("application/octet-stream", "", "", "smime.pdf") == Protection::none);
  CHECK(part("text/plain", "", "", "smime.p7m") == Protection::none);
}

TEST_CASE("an opaque signed object gives its content") {
  const std::string content = "Content-Type: text/plain\r\n\r\nSigned, not secret.\r\n";
  const std::string der = sign(content, 0);
  CHECK(open_signed(der) == content);
  CHECK(protection_of_cms(der) == Protection::smime_opaque);
  CHECK(open_signed(text::base64(der)) == content);
  CHECK(open_signed("-----BEGIN PKCS7-----\n" + text::base64(der) + "\n-----END PKCS7-----\n") == content);
  CHECK_FALSE(open_signed(sign(content, CMS_DETACHED)));
  for (std::size_t size = 0; size < der.size(); size += 7)
    CHECK_FALSE(open_signed(std::string_view(der).substr(0, size)));
}

TEST_CASE("an enveloped object is recognised by its identifier") {
  const std::string head("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80", 15);
  CHECK(protection_of_cms(head) == Protection::smime_encrypted);
  CHECK_FALSE(open_signed(head));
  CHECK(protection_of_cms("") == Protection::none);
  CHECK(protection_of_cms("0") == Protection::none);
}

TEST_CASE("PGP armour in a text") {
  CHECK(protection_of_text("Hello\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n") ==
        Protection::pgp_encrypted);
  CHECK(protection_of_text("Talk of -----BEGIN PGP MESSAGE----- in a line\n") == Protection::none);
  CHECK(protection_of_text(std::string(600, 'x') + "\n-----BEGIN PGP MESSAGE-----\n") == Protection::none);
  const std::string clear =
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- -- \nAnna\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"
      "-----END PGP SIGNATURE-----\nfooter\n";
  CHECK(protection_of_text(clear) == Protection::pgp_signed);
  CHECK(open_clear_signed(clear) == "Hello\n-- \nAnna\nfooter\n");
  CHECK_FALSE(open_clear_signed("plain"));
  CHECK(open_clear_signed("-----BEGIN PGP SIGNED MESSAGE-----\n\ncut") == "cut");
}

TEST_CASE("only what cannot be read is worth a notice") {
  CHECK(protection_notice(Protection::smime_encrypted).find("encrypted (S/MIME)") != std::string::npos);
  CHECK(protection_notice(Protection::pgp_encrypted).find("encrypted (PGP)") != std::string::npos);
  CHECK(protection_notice(Protection::smime_signed).empty());
  CHECK(protection_notice(Protection::none).empty());
}

}  // namespace
}  // namespace poller
