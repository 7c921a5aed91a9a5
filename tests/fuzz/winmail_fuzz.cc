// A winmail.dat of any bytes, and the RTF within: the promises of parsers/winmail.h, rtf.h and rtf_compressed.h.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parsers/rtf.h"
#include "parsers/rtf_compressed.h"
#include "parsers/winmail.h"
#include "require.h"

namespace {

constexpr std::size_t kMostBytes = 256 * 1024;

void check_rtf(std::string_view rtf) {
  const poller::RtfBody body = poller::read_rtf(rtf);
  require(poller::text::is_utf8(body.text), "valid UTF-8");
  require(poller::text::is_utf8(body.html.value_or("")), "valid UTF-8");
}

void check_winmail(std::string_view bytes) {
  const auto winmail = poller::open_winmail(bytes, kMostBytes);
  if (!winmail) return;
  std::size_t all = 0;
  for (const auto& file : winmail->files) {
    all += file.bytes.size();
    require(poller::text::is_utf8(file.name) && poller::text::is_utf8(file.content_type), "valid UTF-8");
  }
  require(all <= 2 * kMostBytes, "files keep to the limit");
  require(poller::text::is_utf8(winmail->text.value_or("")), "valid UTF-8");
  require(poller::text::is_utf8(winmail->html.value_or("")), "valid UTF-8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_winmail(bytes);
  check_rtf(bytes);
  if (const auto rtf = poller::decompress_rtf(bytes, kMostBytes)) {
    require(rtf->size() <= kMostBytes, "RTF keeps to the limit");
    check_rtf(*rtf);
  }
  return 0;
}
