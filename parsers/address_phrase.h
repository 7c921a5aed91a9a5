// An address and a name that no brackets tell apart: "John Doe john@example.com".
#pragma once

#include <optional>
#include <string_view>

namespace poller {

/// The address in a phrase without "<>": the word that holds the last "@" outside of quotes, blanks around it allowed;
/// the rest is the name.
struct SplitPhrase {
  std::string_view before, address, after;
};

/// Nothing where the phrase holds no "@".
std::optional<SplitPhrase> split_at_sign(std::string_view phrase);

}  // namespace poller
