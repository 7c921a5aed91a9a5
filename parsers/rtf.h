// Rich Text as mail bodies: HTML wrapped in RTF is unwrapped ([MS-OXRTFEX]), plain RTF becomes text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poller {

struct RtfBody {
  std::optional<std::string> html;  // where the RTF wraps HTML (\fromhtml1)
  std::string text;                 // else: the text, line ends "\n"
};

/// One pass, any bytes. UTF-8 out.
RtfBody read_rtf(std::string_view rtf);

}  // namespace poller
