#include "lib/icu/domain.h"

#include <memory>

#include "base/text.h"
#include "lib/icu/library.h"

namespace poller::icu {
namespace {

constexpr std::size_t kLongestDomain = 1024;  // bytes of UTF-8; a name of 253 ASCII characters never has as many

using Idna = std::unique_ptr<UIDNA, decltype(Library::uidna_close)>;

const UIDNA* idna() {
  static const Idna instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    UIDNA* made = library().uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &status);
    return Idna(U_SUCCESS(status) != 0 ? made : nullptr, library().uidna_close);
  }();
  return instance.get();
}

// UTS #46 also maps letters that only look alike ("ｅ" to "e", a soft hyphen to nothing). Whoever checked the sender of
// a mail may have seen another domain in them, so only a name that is written as it is registered, but for capitals,
// counts as that name. A capital is what its small letter makes: the sign for kelvin has "k" for a small letter, and is
// not what "k" has for a capital.
bool is_capital_or_small(std::u16string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    UChar32 c = 0;
    U16_NEXT(text.data(), i, text.size(), c);
    const UChar32 small = library().u_tolower(c);
    if (small != c && library().u_toupper(small) != c) return false;
  }
  return true;
}

// What is no UTF-8 becomes U+FFFD.
std::u16string to_utf16(std::string_view text) {
  constexpr UChar32 kReplacement = 0xfffd;
  UErrorCode status = U_ZERO_ERROR;
  std::u16string out(text.size(), u'\0');
  std::int32_t length = 0;
  library().u_strFromUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, text.data(),
                                 static_cast<std::int32_t>(text.size()), kReplacement, nullptr, &status);
  out.resize(U_SUCCESS(status) != 0 ? static_cast<std::size_t>(length) : 0);
  return out;
}

// Language by language there are other rules for some letters; a domain has no language.
std::string to_lower_utf8(const std::u16string& text) {
  constexpr std::size_t kMostForOne = 3;  // of one unit of UTF-16: units in lower case, and bytes in UTF-8
  UErrorCode status = U_ZERO_ERROR;
  std::u16string lower(text.size() * kMostForOne, u'\0');
  const auto units = library().u_strToLower(lower.data(), static_cast<std::int32_t>(lower.size()), text.data(),
                                            static_cast<std::int32_t>(text.size()), "", &status);
  if (U_FAILURE(status) != 0) return {};
  std::string out(static_cast<std::size_t>(units) * kMostForOne, '\0');
  std::int32_t bytes = 0;
  library().u_strToUTF8(out.data(), static_cast<std::int32_t>(out.size()), &bytes, lower.data(), units, &status);
  out.resize(U_SUCCESS(status) != 0 ? static_cast<std::size_t>(bytes) : 0);
  return out;
}

bool is_written_so(const std::string& ascii, std::string_view domain) {
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode status = U_ZERO_ERROR;
  std::string back(kLongestDomain, '\0');
  const auto length =
      library().uidna_nameToUnicodeUTF8(idna(), ascii.data(), static_cast<std::int32_t>(ascii.size()), back.data(),
                                        static_cast<std::int32_t>(back.size()), &info, &status);
  if (U_FAILURE(status) != 0 || info.errors != 0 || length < 0 || static_cast<std::size_t>(length) > back.size()) {
    return false;
  }
  back.resize(static_cast<std::size_t>(length));
  const std::u16string unicode = to_utf16(domain);
  return is_capital_or_small(unicode) && to_lower_utf8(unicode) == back;
}

}  // namespace

std::string ascii_domain(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  std::string lower = text::to_lower(domain);
  if (text::is_ascii(lower) || lower.size() > kLongestDomain || idna() == nullptr) return lower;
  std::string out(kLongestDomain, '\0');
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode status = U_ZERO_ERROR;
  const auto length =
      library().uidna_nameToASCII_UTF8(idna(), lower.data(), static_cast<std::int32_t>(lower.size()), out.data(),
                                       static_cast<std::int32_t>(out.size()), &info, &status);
  if (U_FAILURE(status) != 0 || info.errors != 0 || length <= 0 || static_cast<std::size_t>(length) > out.size()) {
    return lower;
  }
  out.resize(static_cast<std::size_t>(length));
  return is_written_so(out, domain) ? out : lower;
}

}  // namespace poller::icu
