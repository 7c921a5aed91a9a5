// The ways inside a container, in Locator::inside, joined by "/":
//   tnef:2            its third file (counted from 0); always the last step
//   text:10+200+3     what stands at offset 10, 200 bytes long, in encoding 3 (the number of the TransferEncoding)
//   cms:10+200+1      the same, in the content of a signed-only S/MIME
#include "parsers/attachment_bytes.h"

#include <optional>

#include "base/text.h"
#include "parsers/smime.h"
#include "parsers/transfer.h"
#include "parsers/winmail.h"

namespace poller {
namespace {

constexpr std::size_t kMostSteps = 8;
constexpr std::size_t kMostWinmail = std::size_t{1} << 30;  // its limit was kept when the mail was parsed

std::string span_step(const char* kind, std::uint64_t offset, std::uint64_t length, TransferEncoding encoding) {
  return std::string(kind) + ":" + std::to_string(offset) + "+" + std::to_string(length) + "+" +
         std::to_string(static_cast<int>(encoding));
}

Locator with_step(const Locator& outer, const std::string& step) {
  Locator out = outer;
  if (!out.inside.empty()) out.inside += '/';
  out.inside += step;
  return out;
}

// "10+200+1": a span of `bytes`, clamped to it, and its encoding.
std::optional<Locator> parse_span(std::string_view step) {
  const auto numbers = text::split(step, '+');
  std::uint64_t encoding = 0;
  Locator out;
  if (numbers.size() != 3 || !text::parse_uint(numbers[0], out.offset) || !text::parse_uint(numbers[1], out.length) ||
      !text::parse_uint(numbers[2], encoding) || encoding > static_cast<std::uint64_t>(TransferEncoding::yenc)) {
    return std::nullopt;
  }
  out.encoding = static_cast<TransferEncoding>(encoding);
  return out;
}

std::string_view span_of(std::string_view bytes, const Locator& locator) {
  if (locator.offset > bytes.size()) return {};
  return bytes.substr(locator.offset, locator.length);
}

std::string decode_span(std::string_view bytes, const Locator& span) {
  std::string out;
  decode_transfer(span_of(bytes, span), span.encoding, out);
  return out;
}

std::string winmail_file(std::string_view bytes, std::string_view number) {
  std::uint64_t index = 0;
  if (!text::parse_uint(number, index)) return {};
  auto winmail = open_winmail(bytes, kMostWinmail);
  if (!winmail || index >= winmail->files.size()) return {};
  return std::move(winmail->files[index].bytes);
}

// What one step leads to, within `bytes`.
std::string take_step(std::string_view bytes, std::string_view step) {
  if (step.starts_with("tnef:")) return winmail_file(bytes, step.substr(5));
  if (step.starts_with("text:")) {
    const auto span = parse_span(step.substr(5));
    return span ? decode_span(bytes, *span) : std::string();
  }
  if (step.starts_with("cms:")) {
    const auto span = parse_span(step.substr(4));
    const auto content = span ? open_signed(bytes) : std::nullopt;
    return content ? decode_span(*content, *span) : std::string();
  }
  return {};
}

}  // namespace

void decode_attachment(std::string_view raw, const Locator& locator,
                       const std::function<void(std::string_view)>& sink) {
  if (locator.inside.empty()) {
    decode_transfer(span_of(raw, locator), locator.encoding, sink);
    return;
  }
  std::string bytes = decode_span(raw, locator);
  std::size_t steps = 0;
  for (const std::string_view step : text::split(locator.inside, '/')) {
    if (++steps > kMostSteps) return;
    bytes = take_step(bytes, step);
  }
  if (!bytes.empty()) sink(bytes);
}

std::string attachment_bytes(std::string_view raw, const Locator& locator) {
  std::string out;
  decode_attachment(raw, locator, [&out](std::string_view block) { out += block; });
  return out;
}

Locator within_signed(const Locator& outer, const Locator& inner) {
  Locator out = with_step(outer, span_step("cms", inner.offset, inner.length, inner.encoding));
  if (!inner.inside.empty()) out.inside += "/" + inner.inside;
  return out;
}

Locator within_text(const Locator& outer, std::uint64_t offset, std::uint64_t length, TransferEncoding encoding) {
  if (outer.encoding == TransferEncoding::identity && outer.inside.empty()) {
    return {outer.offset + offset, length, encoding, {}};
  }
  return with_step(outer, span_step("text", offset, length, encoding));
}

Locator within_winmail(const Locator& outer, std::size_t number) {
  return with_step(outer, "tnef:" + std::to_string(number));
}

}  // namespace poller
