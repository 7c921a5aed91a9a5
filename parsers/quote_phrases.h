// The words that mail clients put around quoted and forwarded mails, in all the languages they speak.
#pragma once

#include <string_view>

namespace poller {

/// Fields of the header blocks that clients write above a quoted mail.
enum class QuotedField { none, from, date, to, subject, other };

/// `label` folded to lower case, without colon and decoration: "from", "gesendet", "主题".
QuotedField quoted_field(std::string_view label);

/// Whether a folded word is "wrote" in some language ("schrieb", "écrit", "написал").
bool is_wrote_word(std::string_view word);

/// Whether a folded word is "said" or "according": above a quote it tells whose it is.
bool is_said_word(std::string_view word);

/// Whether folded text ends so in a language without blanks between words ("写道", "のメール").
bool ends_in_wrote(std::string_view text);

/// Whether an attribution line may begin with this folded word ("on", "am", "le", "在").
bool is_attribution_opening(std::string_view word);

/// "original message" and its translations; folded, without dashes.
bool is_original_message_phrase(std::string_view phrase);

/// "forwarded message", "begin forwarded message" and their translations; folded, without dashes and colon.
bool is_forwarded_message_phrase(std::string_view phrase);

/// Whether a folded line holds "reply above this line" in one of the languages help desks write it in.
bool holds_reply_line_phrase(std::string_view line);

}  // namespace poller
