// Encrypted and signed mail (S/MIME: RFC 8551; PGP/MIME: RFC 3156; inline PGP: RFC 9580 section 6.2): recognised and
// named, and taken out of its wrapping where it is only signed. Nothing here decrypts or verifies.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poller {

enum class Protection {
  none,
  smime_encrypted,   // application/pkcs7-mime, enveloped-data or authEnveloped-data
  smime_signed,      // multipart/signed with a PKCS #7 signature: readable as it stands
  smime_opaque,      // application/pkcs7-mime, signed-data: the content is inside, see open_signed
  smime_compressed,  // application/pkcs7-mime, compressed-data
  smime_certificates,
  pgp_encrypted,  // multipart/encrypted, or an inline "BEGIN PGP MESSAGE"
  pgp_signed,     // multipart/signed with a PGP signature, or inline "BEGIN PGP SIGNED MESSAGE"
  pgp_key
};

/// What a part says it is. `content_type` is lower case "type/subtype"; `protocol` and `smime_type` are the parameters
/// of that name of its Content-Type, `file_name` its name, all as they stand (may be empty). application/octet-stream
/// named smime.p7m is S/MIME too. An S/MIME part without smime-type counts as smime_opaque: try open_signed, then ask
/// protection_of_cms.
Protection protection_of_part(std::string_view content_type, std::string_view protocol, std::string_view smime_type,
                              std::string_view file_name);

/// What the bytes of a PKCS #7 / CMS object are (DER, PEM or bare base64).
Protection protection_of_cms(std::string_view bytes);

/// Inline ASCII armour in a text body: pgp_encrypted, pgp_signed, pgp_key or none. Only armour at the start of a line
/// counts, and pgp_encrypted only where nothing else stands in the text but a few lines.
Protection protection_of_text(std::string_view text);

/// The content of a signed-only CMS object: a MIME entity, header and all. Nothing for anything else and for damaged
/// ones. Signatures are not checked.
std::optional<std::string> open_signed(std::string_view bytes);

/// The text of a "BEGIN PGP SIGNED MESSAGE" without its armour and dash-escapes; nothing when it is none.
std::optional<std::string> open_clear_signed(std::string_view text);

/// The sentence for Mail::notice, or empty where the mail is readable as it stands (signed, keys).
std::string protection_notice(Protection protection);

}  // namespace poller
