// Bounces and complaints as Amazon SES tells them by mail: a JSON object in the text
// (docs.aws.amazon.com/ses/latest/dg/notification-contents.html).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parsers/bounce.h"

namespace poller {

/// Nothing when the text is no notification of a bounce or a delivery.
std::optional<BounceReport> read_bounce_json(std::string_view text);

/// The type of a notification of a complaint ("abuse"), or nothing.
std::optional<std::string> read_complaint_json(std::string_view text);

}  // namespace poller
