// What the sender wrote this time: quoted earlier mails and the signature taken off.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poller {

struct NewText {
  std::string text;  // never empty when the body was not
  std::optional<std::string> signature;
};

/// `text` is the body as plain text, `html` its HTML or empty: markers of Outlook, Gmail, Apple and others in it say
/// where the quoted mail begins. Forwarded mails stay; `subject` (decoded, may be empty) tells a forwarded mail from an
/// answered one where clients write the same header block above both. Interleaved answers are kept whole. Linear in
/// `text` and `html`.
NewText new_text(std::string_view text, std::string_view html, std::string_view subject = {});

}  // namespace poller
