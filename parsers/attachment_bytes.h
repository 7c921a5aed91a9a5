// The bytes of an attachment, found again in the raw mail.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/mail.h"

namespace poller {

/// Decodes what `locator` points at, in blocks of at most 1 MB, so that a large attachment is never held whole (but for
/// one inside a container). Damaged encodings give what can be had.
void decode_attachment(std::string_view raw, const Locator& locator, const std::function<void(std::string_view)>& sink);

/// The same, whole.
std::string attachment_bytes(std::string_view raw, const Locator& locator);

}  // namespace poller
