// A YAML document as a bounded tree that remembers where everything stood. The only includer of yaml-cpp.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "config/complaints.h"

namespace poller::config {

struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  int line = 0;                                              // from 1
  int column = 0;                                            // from 1
  std::string value;                                         // scalar
  std::vector<const Node*> items;                            // list
  std::vector<std::pair<const Node*, const Node*>> entries;  // map: scalar key, value; in order, keys unique
  std::size_t size = 1;                                      // nodes below it and itself, aliases written out
  int height = 1;                                            // levels
  bool complete = true;                                      // false while its end has not been read
};

/// Owns its nodes; an alias is the same node again, so a walk must be (and is) bounded by Node::size.
struct Tree {
  std::deque<Node> nodes;
  const Node* root = nullptr;  // null when the text is no usable YAML; complaints say why
};

constexpr std::size_t kMostYamlBytes = 1'000'000;
constexpr std::size_t kMostYamlNodes = 100'000;  // aliases and merged keys written out
constexpr int kDeepestYaml = 64;

/// Never throws on any text: what is wrong becomes a complaint at its place in `file`. Duplicate keys are complained
/// about and the first one kept; `<<` merges as in YAML 1.1, a mapping's own keys first.
Tree parse_yaml(const std::string& text, const std::string& file, Complaints& complaints);

}  // namespace poller::config
