#include "lib/icu/convert.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "lib/icu/library.h"

namespace poller::icu {
namespace {

struct CloseConverter {
  void operator()(UConverter* converter) const noexcept { library().ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

// Counts and writes U+FFFD. ICU's own substitution writes U+001A for single bytes of some double-byte charsets.
void count_and_substitute(const void* context, UConverterToUnicodeArgs* args, const char* /*units*/, int32_t /*length*/,
                          UConverterCallbackReason reason, UErrorCode* code) {
  if (reason > UCNV_IRREGULAR) return;  // reset, close, clone: nothing to replace
  ++*static_cast<std::size_t*>(const_cast<void*>(context));
  constexpr UChar kReplacement = 0xfffd;
  *code = U_ZERO_ERROR;
  library().ucnv_cbToUWriteUChars(args, &kReplacement, 1, 0, code);
}

// Opening one costs up to 0.1 ms, and a mail uses the same charset many times: each thread keeps the last few.
UConverter* cached_converter(const std::string& name) {
  struct Entry {
    std::string name;
    Converter converter;
  };
  constexpr std::size_t kKept = 8;
  thread_local std::vector<Entry> cache;
  const auto found = std::find_if(cache.begin(), cache.end(), [&](const Entry& e) { return e.name == name; });
  if (found != cache.end()) {
    std::rotate(cache.begin(), found, found + 1);
    return cache.front().converter.get();
  }
  UErrorCode code = U_ZERO_ERROR;
  Converter converter(library().ucnv_open(name.c_str(), &code));
  if (U_FAILURE(code) || !converter) return nullptr;
  if (cache.size() == kKept) cache.pop_back();
  cache.insert(cache.begin(), Entry{name, std::move(converter)});
  return cache.front().converter.get();
}

UConverter* utf8_writer() {
  thread_local const Converter writer = [] {
    UErrorCode code = U_ZERO_ERROR;
    return Converter(library().ucnv_open("UTF-8", &code));
  }();
  return writer.get();
}

}  // namespace

void load() {
  (void)library();
  (void)detector();
}

bool known(const std::string& charset) { return !charset.empty() && cached_converter(charset) != nullptr; }

Conversion convert(std::string_view bytes, const std::string& charset, std::string& out) {
  Conversion result;
  UConverter* from = charset.empty() ? nullptr : cached_converter(charset);
  UConverter* to = utf8_writer();
  if (from == nullptr || to == nullptr) return result;
  result.known = true;
  library().ucnv_reset(from);
  library().ucnv_reset(to);
  UErrorCode code = U_ZERO_ERROR;
  library().ucnv_setToUCallBack(from, count_and_substitute, &result.replaced, nullptr, nullptr, &code);

  std::array<UChar, 4096> pivot{};
  UChar* pivot_source = pivot.data();
  UChar* pivot_target = pivot.data();
  std::array<char, 16384> block{};
  const char* source = bytes.data();
  const char* const source_end = source + bytes.size();
  for (bool first = true;; first = false) {
    char* target = block.data();
    code = U_ZERO_ERROR;
    library().ucnv_convertEx(to, from, &target, block.data() + block.size(), &source, source_end, pivot.data(),
                             &pivot_source, &pivot_target, pivot.data() + pivot.size(), first ? 1 : 0, 1, &code);
    out.append(block.data(), static_cast<std::size_t>(target - block.data()));
    if (code != U_BUFFER_OVERFLOW_ERROR) break;
  }
  return result;
}

std::optional<Guess> detect(std::string_view bytes, bool markup) {
  struct CloseDetector {
    void operator()(UCharsetDetector* detector) const noexcept { icu::detector().ucsdet_close(detector); }
  };
  constexpr std::size_t kLooked = 16384;
  bytes = bytes.substr(0, kLooked);
  UErrorCode code = U_ZERO_ERROR;
  const Detector& icu = icu::detector();
  const std::unique_ptr<UCharsetDetector, CloseDetector> detector(icu.ucsdet_open(&code));
  if (U_FAILURE(code) || !detector) return std::nullopt;
  icu.ucsdet_enableInputFilter(detector.get(), markup ? 1 : 0);
  icu.ucsdet_setText(detector.get(), bytes.data(), static_cast<int32_t>(bytes.size()), &code);
  const UCharsetMatch* match = icu.ucsdet_detect(detector.get(), &code);
  if (U_FAILURE(code) || match == nullptr) return std::nullopt;
  const char* name = icu.ucsdet_getName(match, &code);
  const int32_t confidence = icu.ucsdet_getConfidence(match, &code);
  if (U_FAILURE(code) || name == nullptr) return std::nullopt;
  return Guess{name, confidence};
}

}  // namespace poller::icu
