// Delivery errors told in running text, as mail servers without RFC 3464 (and with it, in the part for people) write
// them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct ErrorText {
  struct Recipient {
    std::string address;
    std::string diagnostic;  // what is said about this one, on one line; may be empty
  };
  std::vector<Recipient> recipients;
  std::string_view errors;    // the text before the returned mail
  std::string_view returned;  // the returned mail, or its header, as far as it is quoted in the text
};

/// `text`: its first 64 KB are read. `own`: addresses that the mail was sent to, which are not what failed unless
/// nothing else is there.
ErrorText read_error_text(std::string_view text, const std::vector<std::string>& own);

}  // namespace poller
