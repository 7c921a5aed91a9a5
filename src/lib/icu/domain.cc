#include "lib/icu/domain.h"

#include <unicode/uidna.h>

#include <memory>

#include "base/text.h"

namespace poller::icu {
namespace {

constexpr std::size_t kLongestDomain = 1024;  // bytes of UTF-8; a name of 253 ASCII characters never has as many

using Idna = std::unique_ptr<UIDNA, decltype(&uidna_close)>;

const UIDNA* idna() {
  static const Idna instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    UIDNA* made = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &status);
    return Idna(U_SUCCESS(status) != 0 ? made : nullptr, &uidna_close);
  }();
  return instance.get();
}

bool is_plain(std::string_view domain) { return text::is_ascii(domain) && !text::icontains(domain, "xn--"); }

}  // namespace

std::string ascii_domain(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  const std::string lower = text::to_lower(domain);
  if (is_plain(lower) || lower.size() > kLongestDomain || idna() == nullptr) return lower;
  std::string out(kLongestDomain, '\0');
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode status = U_ZERO_ERROR;
  const auto length = uidna_nameToASCII_UTF8(idna(), lower.data(), static_cast<std::int32_t>(lower.size()), out.data(),
                                             static_cast<std::int32_t>(out.size()), &info, &status);
  if (U_FAILURE(status) != 0 || info.errors != 0 || length <= 0 || static_cast<std::size_t>(length) > out.size()) {
    return lower;
  }
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace poller::icu
