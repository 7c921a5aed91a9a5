// One message of a TNEF stream, with what it carries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct TnefFile {
  std::string name;
  std::string content_type;  // lower case, may be empty
  std::optional<std::string> content_id;
  std::string_view data;    // within the stream
  bool is_message = false;  // `data` is a TNEF stream of its own
};

struct TnefMessage {
  std::string subject, sender_name, sender_address, to, cc, message_id;
  std::optional<std::int64_t> sent_at;  // seconds since 1970
  std::optional<std::string> html, text;
  std::vector<TnefFile> files;
  bool damaged = false;
};

/// Nothing when it is no TNEF. Bodies are at most `limit` bytes each.
std::optional<TnefMessage> read_tnef(std::string_view bytes, std::size_t limit);

}  // namespace poller
