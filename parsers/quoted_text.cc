#include "parsers/quoted_text.h"

#include "base/text.h"

namespace poller {

NewText new_text(std::string_view text, std::string_view /*html*/) {
  NewText result;
  result.text = std::string(text::trim(text));
  return result;
}

}  // namespace poller
