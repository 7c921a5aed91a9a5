// Reading CMS (RFC 5652, the successor of PKCS #7): what an object is, and the content of a signed one. No keys, no
// verification.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poller {

enum class CmsType { none, data, signed_data, enveloped, auth_enveloped, encrypted, digested, compressed };

/// By the object identifier that a ContentInfo begins with (BER or DER); the rest is not looked at.
CmsType cms_type(std::string_view ber) noexcept;

/// The encapsulated content of SignedData; nothing for another type, a detached signature, certificates alone, or
/// damage. Memory: about the object's size twice over.
std::optional<std::string> cms_signed_content(std::string_view ber);

}  // namespace poller
