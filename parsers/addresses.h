// Address lists (RFC 5322 section 3.4) as real mail writes them: groups flattened, comments, missing brackets, ";"
// between.
#pragma once

#include <string_view>
#include <vector>

#include "model/mail.h"

namespace poller {

/// `value` is a raw, unfolded header value; names come decoded. At most `limit` addresses. What has no "@" is an
/// address when it is one word, else a name without an address. `hint`: a charset for raw 8-bit bytes.
std::vector<Address> parse_addresses(std::string_view value, std::size_t limit = 10000, std::string_view hint = {});

}  // namespace poller
