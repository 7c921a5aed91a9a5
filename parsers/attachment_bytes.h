// The bytes of an attachment, found again in the raw mail.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/mail.h"

namespace poller {

/// Decodes what `locator` points at, in blocks of at most 1 MB, so that a large attachment is never held whole (but for
/// one inside a container). Damaged encodings give what can be had; a locator that points nowhere gives nothing.
void decode_attachment(std::string_view raw, const Locator& locator, const std::function<void(std::string_view)>& sink);

/// The same, whole.
std::string attachment_bytes(std::string_view raw, const Locator& locator);

/// The way to what `inner` points at, where `inner` counts in the content of the signed-only S/MIME at `outer`.
Locator within_signed(const Locator& outer, const Locator& inner);

/// The way to the file that stands, uuencoded or in yEnc, at [offset, offset + length) of the decoded text at `outer`.
Locator within_text(const Locator& outer, std::uint64_t offset, std::uint64_t length, TransferEncoding encoding);

/// The way to the `number`-th file, from 0, of the winmail.dat at `outer`.
Locator within_winmail(const Locator& outer, std::size_t number);

}  // namespace poller
