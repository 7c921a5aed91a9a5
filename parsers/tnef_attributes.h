// The attributes that a TNEF stream is made of ([MS-OXTNEF] section 2.1.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/little_endian.h"

namespace poller {

struct TnefAttribute {
  enum Id : std::uint32_t {
    message_class = 0x00078008,
    subject = 0x00018004,
    from = 0x00008000,
    date_sent = 0x00038005,
    body = 0x0002800c,
    oem_code_page = 0x00069007,
    message_properties = 0x00069003,
    attachment_start = 0x00069002,  // attAttachRenddata
    attachment_title = 0x00018010,
    attachment_data = 0x0006800f,
    attachment_properties = 0x00069005,
  };
  std::uint32_t id = 0;
  bool of_attachment = false;  // its level
  std::string_view data;
};

class TnefStream {
 public:
  explicit TnefStream(std::string_view bytes) noexcept;

  /// Whether the signature is there.
  [[nodiscard]] bool is_tnef() const noexcept { return is_tnef_; }
  /// The next attribute; of a cut one, what is there. Nothing at the end or where the stream stops making sense.
  std::optional<TnefAttribute> next() noexcept;
  /// Whether something was cut, or a checksum was wrong (which stops nothing).
  [[nodiscard]] bool damaged() const noexcept { return damaged_; }

 private:
  LittleEndian in_;
  bool is_tnef_ = false;
  bool damaged_ = false;
};

}  // namespace poller
