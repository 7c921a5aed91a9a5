#include "lib/openssl/cms.h"

#include <openssl/cms.h>
#include <openssl/err.h>

#include <limits>
#include <memory>

namespace poller {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPkcs7 = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"sv;  // 1.2.840.113549.1.7.n
constexpr std::string_view kSmimeContent = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01"sv;  // …1.9.16.1.n

struct FreeCms {
  void operator()(CMS_ContentInfo* info) const noexcept { CMS_ContentInfo_free(info); }
};

// What follows the outer SEQUENCE's tag and length, definite or not.
std::string_view sequence_content(std::string_view ber) noexcept {
  if (ber.size() < 2 || ber[0] != 0x30) return {};
  const auto length = static_cast<unsigned char>(ber[1]);
  const std::size_t more = length > 0x80 ? length & 0x7fU : 0;
  return more <= 8 && ber.size() > 2 + more ? ber.substr(2 + more) : std::string_view{};
}

}  // namespace

CmsType cms_type(std::string_view ber) noexcept {
  const std::string_view content = sequence_content(ber);
  if (content.size() > kSmimeContent.size() && content.starts_with(kSmimeContent)) {
    switch (content[kSmimeContent.size()]) {
      case 9:
        return CmsType::compressed;
      case 23:
        return CmsType::auth_enveloped;
      default:
        return CmsType::none;
    }
  }
  if (content.size() <= kPkcs7.size() || !content.starts_with(kPkcs7)) return CmsType::none;
  switch (content[kPkcs7.size()]) {
    case 1:
      return CmsType::data;
    case 2:
      return CmsType::signed_data;
    case 3:
    case 4:  // signed and enveloped, PKCS #7 alone
      return CmsType::enveloped;
    case 5:
      return CmsType::digested;
    case 6:
      return CmsType::encrypted;
    default:
      return CmsType::none;
  }
}

std::optional<std::string> cms_signed_content(std::string_view ber) {
  if (cms_type(ber) != CmsType::signed_data || ber.size() > std::numeric_limits<int>::max()) return std::nullopt;
  const auto* at = reinterpret_cast<const unsigned char*>(ber.data());
  const std::unique_ptr<CMS_ContentInfo, FreeCms> info(
      d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(ber.size())));
  std::optional<std::string> content;
  if (info) {
    ASN1_OCTET_STRING** const octets = CMS_get0_content(info.get());
    if (octets != nullptr && *octets != nullptr) {
      content.emplace(reinterpret_cast<const char*>(ASN1_STRING_get0_data(*octets)),
                      static_cast<std::size_t>(ASN1_STRING_length(*octets)));
    }
  }
  ERR_clear_error();  // a damaged object is no error of ours
  return content;
}

}  // namespace poller
