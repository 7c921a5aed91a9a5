#include "parsers/smime.h"

#include <algorithm>

#include "base/text.h"
#include "lib/openssl/cms.h"

namespace poller {
namespace {

bool is_smime_name(std::string_view name) {
  return text::iends_with(name, ".p7m") || text::iends_with(name, ".p7z") || text::iends_with(name, ".p7c");
}

// BER as it stands, or out of PEM or bare base64 (some gateways label base64 text as 7bit).
std::string cms_bytes(std::string_view bytes) {
  if (cms_type(bytes) != CmsType::none) return std::string(bytes);
  std::string_view body = text::trim(bytes);
  if (body.starts_with("-----BEGIN")) {
    body.remove_prefix(std::min(body.find('\n'), body.size()));
    body = body.substr(0, body.find("-----END"));
  }
  if (!text::trim(body).starts_with("MI")) return {};  // base64 of a SEQUENCE with a long length
  std::string packed;
  packed.reserve(body.size());
  std::copy_if(body.begin(), body.end(), std::back_inserter(packed), [](char c) { return !text::is_space(c); });
  std::string out;
  text::base64_decode(packed, out);  // what came before a bad character is kept
  return out;
}

// Where a line that begins with `marker` begins, or npos.
std::size_t find_line(std::string_view text, std::string_view marker, std::size_t from = 0) noexcept {
  for (std::size_t pos = text.find(marker, from); pos != std::string_view::npos; pos = text.find(marker, pos + 1)) {
    if (pos == 0 || text[pos - 1] == '\n') return pos;
  }
  return std::string_view::npos;
}

}  // namespace

Protection protection_of_part(std::string_view content_type, std::string_view protocol, std::string_view smime_type,
                              std::string_view file_name) {
  if (content_type == "multipart/encrypted") return Protection::pgp_encrypted;  // no other protocol is in use
  if (content_type == "multipart/signed") {
    return text::icontains(protocol, "pgp") ? Protection::pgp_signed : Protection::smime_signed;
  }
  if (content_type == "application/pgp-keys") return Protection::pgp_key;
  const bool is_pkcs7 = content_type == "application/pkcs7-mime" || content_type == "application/x-pkcs7-mime";
  if (!is_pkcs7 && !(content_type == "application/octet-stream" && is_smime_name(file_name))) return Protection::none;
  if (text::iequals(smime_type, "enveloped-data") || text::iequals(smime_type, "authEnveloped-data")) {
    return Protection::smime_encrypted;
  }
  if (text::iequals(smime_type, "compressed-data") || text::iends_with(file_name, ".p7z")) {
    return Protection::smime_compressed;
  }
  if (text::iequals(smime_type, "certs-only") || text::iends_with(file_name, ".p7c")) {
    return Protection::smime_certificates;
  }
  return Protection::smime_opaque;
}

Protection protection_of_cms(std::string_view bytes) {
  switch (cms_type(cms_bytes(bytes.substr(0, 4096)))) {
    case CmsType::signed_data:
      return Protection::smime_opaque;
    case CmsType::enveloped:
    case CmsType::auth_enveloped:
    case CmsType::encrypted:
      return Protection::smime_encrypted;
    case CmsType::compressed:
      return Protection::smime_compressed;
    default:
      return Protection::none;
  }
}

Protection protection_of_text(std::string_view text) {
  if (find_line(text, "-----BEGIN PGP SIGNED MESSAGE-----") != std::string_view::npos) return Protection::pgp_signed;
  const std::size_t message = find_line(text, "-----BEGIN PGP MESSAGE");
  if (message != std::string_view::npos) {
    // A few lines around it are a greeting or a footer; more is a mail with armour quoted in it.
    constexpr std::size_t kFewBytes = 400;
    const std::size_t end = find_line(text, "-----END PGP MESSAGE", message);
    const std::size_t behind = end == std::string_view::npos ? 0 : text.size() - end;
    if (message <= kFewBytes && behind <= 2 * kFewBytes) return Protection::pgp_encrypted;
  }
  if (find_line(text, "-----BEGIN PGP PUBLIC KEY BLOCK-----") != std::string_view::npos) return Protection::pgp_key;
  return Protection::none;
}

std::optional<std::string> open_signed(std::string_view bytes) { return cms_signed_content(cms_bytes(bytes)); }

std::optional<std::string> open_clear_signed(std::string_view text) {
  std::size_t pos = find_line(text, "-----BEGIN PGP SIGNED MESSAGE-----");
  if (pos == std::string_view::npos) return std::nullopt;
  std::string out(text.substr(0, pos));
  bool in_header = true;  // "Hash: SHA256" lines up to the first blank one (RFC 9580 section 7)
  bool in_signature = false;
  while (pos < text.size()) {
    const auto end = std::min(text.find('\n', pos), text.size() - 1);
    std::string_view line = text.substr(pos, end + 1 - pos);
    pos = end + 1;
    if (in_header) {
      in_header = !text::trim(line).empty();
    } else if (in_signature) {
      if (line.starts_with("-----END PGP SIGNATURE-----")) return out += text.substr(pos);
    } else if (line.starts_with("-----BEGIN PGP SIGNATURE-----")) {
      in_signature = true;
    } else {
      if (line.starts_with("- ")) line.remove_prefix(2);
      out += line;
    }
  }
  return out;
}

std::string protection_notice(Protection protection) {
  switch (protection) {
    case Protection::smime_encrypted:
      return "This mail is encrypted (S/MIME). Its content is attached and can be read only with the private key of "
             "whom it was sent to.";
    case Protection::pgp_encrypted:
      return "This mail is encrypted (PGP). Its content can be read only with the private key of whom it was sent to.";
    case Protection::smime_opaque:
      return "This mail is signed (S/MIME) in a form that could not be opened. Its content is attached.";
    case Protection::smime_compressed:
      return "This mail is compressed (S/MIME). Its content is attached.";
    case Protection::smime_certificates:
      return "This mail carries certificates (S/MIME), attached.";
    default:
      return {};
  }
}

}  // namespace poller
