#include "parsers/mapi_properties.h"

#include "base/text.h"
#include "parsers/charset.h"
#include "parsers/code_page.h"
#include "parsers/little_endian.h"

namespace poller {
namespace {

constexpr std::uint32_t kMaxMapiProperties = 4096;
constexpr std::uint16_t kMultiValue = 0x1000;
constexpr std::uint16_t kUnicode = 0x001f;
constexpr std::uint16_t kString8 = 0x001e;
constexpr std::uint16_t kObject = 0x000d;
constexpr std::uint16_t kBinary = 0x0102;

// Bytes of a value with padding, 0 for those that bring their own length, -1 for unknown types.
int fixed_size(std::uint16_t type) noexcept {
  switch (type) {
    case 0x0001:  // null
    case 0x0002:  // short
    case 0x0003:  // long
    case 0x0004:  // float
    case 0x000a:  // error
    case 0x000b:  // boolean
      return 4;
    case 0x0005:  // double
    case 0x0006:  // currency
    case 0x0007:  // application time
    case 0x0014:  // 64 bit
    case 0x0040:  // file time
      return 8;
    case 0x0048:  // GUID
      return 16;
    case kString8:
    case kUnicode:
    case kObject:
    case kBinary:
      return 0;
    default:
      return -1;
  }
}

std::size_t padding(std::size_t size) noexcept { return (4 - size % 4) % 4; }

void skip_property_name(LittleEndian& in) {
  in.take(16);  // the property set
  if (in.u32() == 0) {
    in.u32();
    return;
  }
  const std::size_t size = in.u32();
  in.take(size);
  in.take(std::min(padding(size), in.left()));
}

std::string_view take_values(LittleEndian& in, int size, std::uint32_t count) {
  std::string_view first;
  for (std::uint32_t i = 0; i < count && in.left() > 0; ++i) {
    std::string_view value;
    if (size > 0) {
      value = in.take(static_cast<std::size_t>(size));
    } else {
      const std::size_t length = in.u32();
      value = in.take(length);
      in.take(std::min(padding(length), in.left()));
    }
    if (i == 0) first = value;
  }
  return first;
}

std::string_view without_closing_nul(std::string_view s) noexcept {
  return s.substr(0, std::min(s.find('\0'), s.size()));
}

// Not by way of to_utf8, which would rightly doubt the label of a Chinese name whose bytes all are ASCII.
std::string from_utf16le(std::string_view bytes) {
  LittleEndian in(bytes);
  std::string out;
  char32_t high = 0;
  while (in.left() >= 2) {
    const char32_t unit = in.u16();
    if (unit == 0) break;
    if (high != 0 && unit >= 0xdc00 && unit < 0xe000) {
      text::append_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
      high = 0;
      continue;
    }
    if (high != 0) text::append_utf8(out, 0xfffd);
    high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (high == 0) text::append_utf8(out, unit);
  }
  return out;
}

}  // namespace

MapiProperties read_mapi_properties(std::string_view bytes) {
  MapiProperties out;
  LittleEndian in(bytes);
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < std::min(count, kMaxMapiProperties) && in.left() > 0; ++i) {
    MapiProperty property;
    const std::uint16_t type = in.u16();
    property.type = static_cast<std::uint16_t>(type & ~kMultiValue);
    property.id = in.u16();
    if (property.id >= 0x8000) skip_property_name(in);
    const int size = fixed_size(property.type);
    if (size < 0) {
      out.damaged = true;
      return out;
    }
    const bool counted = (type & kMultiValue) != 0 || size == 0;
    property.value = take_values(in, size, counted ? in.u32() : 1);
    out.all.push_back(property);
  }
  out.damaged = in.cut() || count > kMaxMapiProperties;
  return out;
}

const MapiProperty* MapiProperties::find(std::uint16_t id) const noexcept {
  for (const MapiProperty& property : all) {
    if (property.id == id) return &property;
  }
  return nullptr;
}

std::optional<std::string> MapiProperties::text(std::uint16_t id, unsigned code_page) const {
  const MapiProperty* const property = find(id);
  if (property == nullptr) return std::nullopt;
  if (property->type == kUnicode) return from_utf16le(property->value);
  if (property->type == kString8 || property->type == kBinary) {
    return to_utf8(without_closing_nul(property->value), code_page_label(code_page)).text;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> MapiProperties::number(std::uint16_t id) const noexcept {
  const MapiProperty* const property = find(id);
  if (property == nullptr || property->value.size() < 4) return std::nullopt;
  return LittleEndian(property->value).u32();
}

}  // namespace poller
