// message/delivery-status (RFC 3464, 6533), also in the broken forms that occur.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct DeliveryStatus {
  enum class Action { none, failed, delayed, delivered, relayed, expanded };
  std::string final_recipient;     // address alone, may be empty
  std::string original_recipient;  // may be empty
  std::string actual_recipient;    // X-Actual-Recipient: where forwarding led
  Action action = Action::none;
  std::optional<std::string> status;
  std::string diagnostic;  // without its type ("smtp;"), on one line
};

struct DeliveryReport {
  std::vector<DeliveryStatus> recipients;
  std::optional<std::string> original_message_id;  // X-Original-Message-ID, where it is given
};

/// Whether a text reads like the content of message/delivery-status: fields of RFC 3464 stand in it at line starts.
bool looks_like_delivery_status(std::string_view text);

/// `text` is valid UTF-8. Missing blank lines between recipients, wrong case, missing address types are survived; other
/// lines are skipped. At most 1,000 recipients.
DeliveryReport read_delivery_status(std::string_view text);

}  // namespace poller
