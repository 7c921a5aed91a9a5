// Header values of any bytes: encoded words, parameters, dates, message ids, charsets. The first line is also tried as
// a charset's label for the rest.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parsers/charset.h"
#include "parsers/dates.h"
#include "parsers/header_words.h"
#include "parsers/message_ids.h"
#include "parsers/parameters.h"
#include "parsers/subject_base.h"
#include "require.h"

namespace {

void check_words(std::string_view value) {
  const std::string decoded = poller::decode_words(value);
  require(poller::text::is_utf8(decoded), "valid UTF-8");
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
  require(std::none_of(decoded.begin(), decoded.end(), is_control), "no control characters");
  require(decoded.size() <= value.size() * 9 + 64, "decoded words keep to their size");
  require(poller::subject_base(decoded).size() <= decoded.size(), "a base subject only shrinks");
}

void check_parameters(std::string_view value) {
  constexpr int kMost = 64;
  const auto parsed = poller::parse_structured(value, kMost);
  require(parsed.parameters.size() <= kMost, "no more parameters than allowed");
  for (const auto& parameter : parsed.parameters) {
    if (parameter.name != "boundary") require(poller::text::is_utf8(parameter.value), "valid UTF-8");
  }
}

void check_charset(std::string_view value) {
  const std::size_t line = std::min(value.find('\n'), value.size());
  const std::string_view bytes = value.substr(std::min(line + 1, value.size()));
  for (const auto context : {poller::CharsetContext::plain, poller::CharsetContext::html}) {
    const auto result = poller::to_utf8(bytes, value.substr(0, line), context);
    require(poller::text::is_utf8(result.text), "valid UTF-8");
    require(result.text.size() <= bytes.size() * 9 + 64, "converted text keeps to its size");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  check_words(value);
  check_parameters(value);
  check_charset(value);
  poller::parse_mail_date(value);
  for (const auto& id : poller::parse_message_ids(value)) require(poller::text::is_utf8(id), "valid UTF-8");
  return 0;
}
