// MAPI properties as TNEF carries them ([MS-OXTNEF] section 2.1.3.4, types of [MS-OXCDATA] section 2.11.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct MapiProperty {
  std::uint16_t id = 0;    // named properties keep their made-up id of 0x8000 and more
  std::uint16_t type = 0;  // without the multi-value flag
  std::string_view value;  // the first value's bytes, little-endian
};

struct MapiProperties {
  std::vector<MapiProperty> all;
  bool damaged = false;  // cut, or of a type whose length is unknown: what came before it is here

  [[nodiscard]] const MapiProperty* find(std::uint16_t id) const noexcept;
  /// A string or an HTML body as UTF-8 without closing NULs; 8-bit ones are of `code_page`. Nothing when it is not
  /// there.
  [[nodiscard]] std::optional<std::string> text(std::uint16_t id, unsigned code_page) const;
  [[nodiscard]] std::optional<std::uint32_t> number(std::uint16_t id) const noexcept;
};

/// At most 4,096 properties.
MapiProperties read_mapi_properties(std::string_view bytes);

}  // namespace poller
