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

/// What the header of a mail says of its body.
struct MailFacts {
  std::string_view subject = {};  // decoded, may be empty
  bool refers = false;            // to other mails: In-Reply-To, References, or it is a bounce
};

/// `text` is the body as plain text, `html` its HTML or empty: markers of Outlook, Gmail, Apple and others in it say
/// where the quoted mail begins. Forwarded mails stay; the subject tells a forwarded mail from an answered one where
/// clients write the same header block above both. In a mail that is no answer by its header, fields like those of a
/// quoted mail may be a web form's, and stay unless there is more that speaks for a quote. Interleaved answers are kept
/// whole. Linear in `text` and `html`.
NewText new_text(std::string_view text, std::string_view html, const MailFacts& mail = {});

}  // namespace poller
