#include "model/mail.h"

#include "base/text.h"

namespace poller {

const Field* find_field(const std::vector<Field>& fields, const char* name) noexcept {
  for (const auto& field : fields) {
    if (text::iequals(field.name, name)) return &field;
  }
  return nullptr;
}

}  // namespace poller
