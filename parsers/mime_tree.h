// The parts of a mail as positions and headers, in plain values: what parsing goes on with.
#pragma once

#include <string_view>
#include <vector>

#include "base/limits.h"
#include "model/mail.h"
#include "parsers/defects.h"
#include "parsers/mime_engine.h"

namespace poller {

struct MimeEntity {
  int parent = -1;  // index; -1 for the root
  int depth = 0;
  bool in_digest = false;
  std::vector<Field> fields;
  EntityBody body;
};

/// All entities of a mail in pre-order: the root is first, and always there.
std::vector<MimeEntity> read_mime_tree(std::string_view raw, const ParseLimits& limits, bool header_only,
                                       Defects& defects);

}  // namespace poller
