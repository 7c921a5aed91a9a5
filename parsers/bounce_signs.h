// What a mail says of being a bounce: who sends it, its header, its subject, its first lines.
#pragma once

#include <string>
#include <string_view>

#include "model/mail.h"

namespace poller {

struct BounceSigns {
  bool sender = false;     // a mail system, by address or name
  bool address = false;    // by address
  bool null_path = false;  // Return-Path: <>
  bool header = false;     // a field that only delivery failures bear
  bool subject = false;    // "Undelivered Mail Returned to Sender"
  bool text = false;       // "could not be delivered to"
  bool delayed = false;    // only late so far
  bool delivered = false;  // arrived: a report of success
  std::string strongest;   // for the reasons: "subject:returned mail"

  /// Whether anything but the text points to a bounce. The text's own signs are looked for only then.
  [[nodiscard]] bool any() const noexcept { return sender || null_path || header || subject; }
};

BounceSigns find_bounce_signs(const Mail& mail);

}  // namespace poller
