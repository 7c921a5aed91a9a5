#include "config/not_yet.h"

#include <string_view>

namespace poller::config {
namespace {

enum class Ignoring { harmless, harmful };

struct NotYet {
  std::string_view key;    // path without names
  std::string_view value;  // what a scalar must begin with; empty: any value
  Ignoring ignoring;       // harmless: one warning; harmful: an error
};

// A feature that works takes its line with it.
constexpr NotYet kNotYet[] = {
    {"storage", "postgresql:", Ignoring::harmful},
    {"storage", "postgres:", Ignoring::harmful},
};

}  // namespace

void complain_not_yet(const Value& value, const std::string& key) {
  for (const NotYet& row : kNotYet) {
    if (key != row.key) continue;
    const bool scalar = value.is(Node::Kind::scalar);
    if (!row.value.empty() && !(scalar && value.node->value.starts_with(row.value))) continue;
    const std::string what = row.value.empty() ? "" : describe(*value.node) + " is ";
    if (row.ignoring == Ignoring::harmful) {
      value.complain(what + "not in this version");
    } else if (value.reading->warned->insert(key).second) {
      value.warn(what + "not in this version; ignored");
    }
  }
}

}  // namespace poller::config
