// Mails that are meetings (iMIP, RFC 6047), and receipts (MDN, RFC 8098).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/mail.h"

namespace poller {

/// The iTIP method of a mail that is an invitation, an answer to one or the like: upper case. Nothing when no
/// text/calendar part with a method stands among its bodies; an .ics file attached to a letter is no calendar mail.
std::optional<std::string> find_calendar_method(const Mail& mail, std::string_view raw);

/// Whether the mail is a receipt: read, deleted unread, ….
bool is_disposition_notification(const Mail& mail);
/// The Message-ID of the mail that a receipt is about (Original-Message-ID), without angle brackets.
std::optional<std::string> find_receipted_id(const Mail& mail, std::string_view raw);

}  // namespace poller
