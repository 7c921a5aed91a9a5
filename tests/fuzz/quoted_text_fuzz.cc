// New text keeps the promises of parsers/quoted_text.h. The input is text, NUL, HTML, NUL, subject; the last two may
// miss.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parsers/flowed.h"
#include "parsers/html_text.h"
#include "parsers/quoted_text.h"
#include "parsers/subject_base.h"
#include "require.h"

namespace {

std::string_view take(std::string_view& rest) {
  const std::size_t end = rest.find('\0');
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return piece;
}

void check(std::string_view text, std::string_view html, std::string_view subject) {
  const poller::NewText result = poller::new_text(text, html, {subject, false});
  require(poller::text::is_utf8(result.text), "valid UTF-8");
  require(result.text.size() <= text.size() + 2, "nothing is added");
  bool visible = false;
  for (const char c : text)
    visible = visible || (static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7F);
  require(!visible || !result.text.empty(), "never empty when there was something");
  require(!result.signature || !result.signature->empty(), "a signature says something");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string all = poller::text::to_valid_utf8({reinterpret_cast<const char*>(data), size});
  std::string_view rest = all;
  const std::string_view text = take(rest);
  const std::string_view html = take(rest);
  const std::string_view subject = take(rest);
  check(text, html, subject);
  if (!html.empty()) check(poller::html_to_text(html), html, subject);
  const std::string flowed = poller::unflow(text, true);
  require(poller::text::is_utf8(flowed) && flowed.size() <= 2 * text.size() + 1, "flowed text stays in bounds");
  const std::string base = poller::subject_base(subject);
  require(poller::subject_base(base).size() <= base.size() && base.size() <= subject.size(),
          "a base subject only shrinks");
  return 0;
}
