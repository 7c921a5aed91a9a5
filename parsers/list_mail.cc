#include "parsers/list_mail.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace poller {

std::optional<std::string> find_list_sign(const Mail& mail) {
  static constexpr std::string_view names[] = {
      "List-Id",      "List-Post", "Mailing-List", "X-Mailing-List", "X-BeenThere",       "X-Mailman-Version",
      "X-Listserver", "X-List-Id", "X-MLServer",   "X-ML-Name",      "X-Google-Group-Id", "X-List"};
  for (const Field& field : mail.fields) {
    const bool named = std::any_of(std::begin(names), std::end(names),
                                   [&](std::string_view name) { return text::iequals(field.name, name); });
    const std::string_view value = text::trim(field.value);
    // RFC 2369 section 3.4: "List-Post: NO" is a list too, one that only announces.
    if (named && !value.empty()) return "header:" + text::to_lower(field.name);
    const bool precedence = text::iequals(field.name, "Precedence") || text::iequals(field.name, "X-Precedence");
    if (precedence && text::iequals(value, "list")) return "header:" + text::to_lower(field.name) + "=list";
  }
  return std::nullopt;
}

}  // namespace poller
