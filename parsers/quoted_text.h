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
/// where the quoted mail begins. Forwarded mails stay. Interleaved answers are kept whole. Linear in both.
NewText new_text(std::string_view text, std::string_view html);

}  // namespace poller
