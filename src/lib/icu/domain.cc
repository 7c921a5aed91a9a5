#include "lib/icu/domain.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/uidna.h>
#include <unicode/unistr.h>

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

// UTS #46 also maps letters that only look alike ("ｅ" to "e", a soft hyphen to nothing). Whoever checked the sender of
// a mail may have seen another domain in them, so only a name that is written as it is registered, but for capitals,
// counts as that name. A capital is what its small letter makes: the sign for kelvin has "k" for a small letter, and is
// not what "k" has for a capital.
bool is_capital_or_small(const ::icu::UnicodeString& text) {
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    const UChar32 small = u_tolower(c);
    if (small != c && u_toupper(small) != c) return false;
  }
  return true;
}

bool is_written_so(const std::string& ascii, std::string_view domain) {
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode status = U_ZERO_ERROR;
  std::string back(kLongestDomain, '\0');
  const auto length = uidna_nameToUnicodeUTF8(idna(), ascii.data(), static_cast<std::int32_t>(ascii.size()),
                                              back.data(), static_cast<std::int32_t>(back.size()), &info, &status);
  if (U_FAILURE(status) != 0 || info.errors != 0 || length < 0 || static_cast<std::size_t>(length) > back.size()) {
    return false;
  }
  back.resize(static_cast<std::size_t>(length));
  auto unicode =
      ::icu::UnicodeString::fromUTF8(::icu::StringPiece(domain.data(), static_cast<std::int32_t>(domain.size())));
  if (!is_capital_or_small(unicode)) return false;
  std::string lower;
  unicode.toLower(::icu::Locale::getRoot()).toUTF8String(lower);
  return lower == back;
}

}  // namespace

std::string ascii_domain(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  std::string lower = text::to_lower(domain);
  if (text::is_ascii(lower) || lower.size() > kLongestDomain || idna() == nullptr) return lower;
  std::string out(kLongestDomain, '\0');
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode status = U_ZERO_ERROR;
  const auto length = uidna_nameToASCII_UTF8(idna(), lower.data(), static_cast<std::int32_t>(lower.size()), out.data(),
                                             static_cast<std::int32_t>(out.size()), &info, &status);
  if (U_FAILURE(status) != 0 || info.errors != 0 || length <= 0 || static_cast<std::size_t>(length) > out.size()) {
    return lower;
  }
  out.resize(static_cast<std::size_t>(length));
  return is_written_so(out, domain) ? out : lower;
}

}  // namespace poller::icu
