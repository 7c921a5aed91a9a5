#include "config/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include "config/yaml_text.h"

namespace poller::config {
namespace {

/// Ends the parse; thrown by the builder only, after its complaint.
struct TreeRefused {};

/// Builds the tree from yaml-cpp's events. Throwing here also stops yaml-cpp's own recursion, which has one level an
/// open list or mapping, long before it could exhaust the stack.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(Tree& tree, Columns& columns, const std::string& file, Complaints& complaints)
      : tree_(tree), columns_(columns), file_(file), complaints_(complaints) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0)
      refuse(mark.line + 1, columns_.of(mark.line, mark.column), "a second YAML document; allowed: one a file");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(make(Node::Kind::null, mark, anchor)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] const Node* last_scalar() const { return last_scalar_; }

 private:
  struct Open {
    Node* node;
    const Node* key = nullptr;             // a map's key that waits for its value
    std::vector<const Node*> merges = {};  // what stood under "<<"
  };

  [[noreturn]] void refuse(int line, int column, const std::string& why) {
    complaints_.error({file_, line, column}, why);
    throw TreeRefused{};
  }
  void complain(const Node& at, const std::string& why) { complaints_.error({file_, at.line, at.column}, why); }

  Node* make(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor);
  void check_tag(const YAML::Mark& mark, const std::string& tag);
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void add(const Node* node);
  void add_to_map(Open& map, const Node* node);
  const Node* nothing_after(const Node& key);
  void merge(Open& map);
  void count(const Node& at, std::size_t nodes);

  Tree& tree_;
  Columns& columns_;
  const std::string& file_;
  Complaints& complaints_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, const Node*> anchors_;
  std::size_t total_ = 0;
  int documents_ = 0;
  const Node* last_scalar_ = nullptr;
};

Node* TreeBuilder::make(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
  Node& node = tree_.nodes.emplace_back();
  node.kind = kind;
  node.line = mark.line + 1;
  node.column = columns_.of(mark.line, mark.column);
  if (anchor != 0) anchors_[anchor] = &node;
  count(node, 1);
  return &node;
}

void TreeBuilder::count(const Node& at, std::size_t nodes) {
  total_ += nodes;
  if (total_ > kMostYamlNodes) {
    refuse(at.line, at.column, fmt::format("more than {} values, aliases written out; allowed: fewer", kMostYamlNodes));
  }
}

void TreeBuilder::check_tag(const YAML::Mark& mark, const std::string& tag) {
  if (tag.empty() || tag == "?" || tag == "!") return;
  complaints_.error({file_, mark.line + 1, columns_.of(mark.line, mark.column)},
                    fmt::format("found the YAML tag {}; allowed: plain values without tags", quote(tag)));
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  check_tag(mark, tag);
  Node* node = make(Node::Kind::scalar, mark, anchor);
  node->value = value;
  last_scalar_ = node;
  add(node);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto it = anchors_.find(anchor);
  if (it == anchors_.end() || !it->second->complete) {
    refuse(mark.line + 1, columns_.of(mark.line, mark.column),
           "an alias that contains itself; allowed: aliases of finished values");
  }
  const Node* target = it->second;
  if (static_cast<int>(open_.size()) + target->height > kDeepestYaml) {
    refuse(mark.line + 1, columns_.of(mark.line, mark.column),
           fmt::format("nested deeper than {} levels", kDeepestYaml));
  }
  Node at;
  at.line = mark.line + 1;
  at.column = columns_.of(mark.line, mark.column);
  count(at, target->size);
  add(target);
}

void TreeBuilder::open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
  check_tag(mark, tag);
  if (static_cast<int>(open_.size()) >= kDeepestYaml) {
    refuse(mark.line + 1, columns_.of(mark.line, mark.column),
           fmt::format("nested deeper than {} levels", kDeepestYaml));
  }
  Node* node = make(kind, mark, anchor);
  node->complete = false;
  open_.push_back({node});
}

void TreeBuilder::close() {
  Open done = std::move(open_.back());
  open_.pop_back();
  if (done.node->kind == Node::Kind::map) merge(done);
  const auto take = [&](const Node* child) {
    done.node->size += child->size;
    done.node->height = std::max(done.node->height, child->height + 1);
  };
  for (const Node* item : done.node->items) take(item);
  for (const auto& entry : done.node->entries) {
    take(entry.first);
    take(entry.second);
  }
  done.node->complete = true;
  add(done.node);
}

void TreeBuilder::add(const Node* node) {
  if (open_.empty()) {
    tree_.root = node;
  } else if (open_.back().node->kind == Node::Kind::list) {
    open_.back().node->items.push_back(node);
  } else {
    add_to_map(open_.back(), node);
  }
}

void TreeBuilder::add_to_map(Open& map, const Node* node) {
  if (map.key == nullptr) {
    map.key = node;
    return;
  }
  const Node* key = map.key;
  map.key = nullptr;
  if (key->kind != Node::Kind::scalar) {
    complain(*key, "a key that is no word; allowed: keys of one word");
  } else if (key->value == "<<") {
    map.merges.push_back(node);
  } else {
    map.node->entries.emplace_back(key, node->kind == Node::Kind::null ? nothing_after(*key) : node);
  }
}

/// yaml-cpp places a value that is not there at whatever comes next, which may be lines below.
const Node* TreeBuilder::nothing_after(const Node& key) {
  Node& node = tree_.nodes.emplace_back();
  node.line = key.line;
  node.column = key.column;
  return &node;
}

/// Drops duplicate keys, then takes over what stands under "<<".
void TreeBuilder::merge(Open& map) {
  std::unordered_map<std::string, const Node*> seen;
  auto& entries = map.node->entries;
  const auto is_duplicate = [&](const auto& entry) {
    const auto [it, fresh] = seen.emplace(entry.first->value, entry.first);
    if (fresh) return false;
    complain(*entry.first, fmt::format("duplicate key {}; the first one is on line {}; allowed: once",
                                       quote(entry.first->value), it->second->line));
    return true;
  };
  entries.erase(std::remove_if(entries.begin(), entries.end(), is_duplicate), entries.end());

  std::vector<const Node*> sources;
  for (const Node* merged : map.merges) {
    if (merged->kind == Node::Kind::list) {
      sources.insert(sources.end(), merged->items.begin(), merged->items.end());
    } else {
      sources.push_back(merged);
    }
  }
  for (const Node* source : sources) {
    if (source->kind != Node::Kind::map) {
      complain(*map.node, "\"<<\" takes over a value that is no mapping; allowed: an alias of a mapping");
      continue;
    }
    count(*map.node, source->size);
    for (const auto& entry : source->entries) {
      if (seen.emplace(entry.first->value, entry.first).second) entries.push_back(entry);
    }
  }
}

}  // namespace

Tree parse_yaml(const std::string& text, const std::string& file, Complaints& complaints) {
  Tree tree;
  Columns columns(text);
  if (text.size() > kMostYamlBytes) {
    complaints.error({file, 0, 0}, fmt::format("larger than {} bytes", kMostYamlBytes));
    return tree;
  }
  if (!is_usable_text(text, file, complaints)) return tree;
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    TreeBuilder builder(tree, columns, file, complaints);
    while (parser.HandleNextDocument(builder)) {
    }
    const Node* last = builder.last_scalar();
    if (last != nullptr && is_unclosed_quote(text, last->line, last->column)) {
      complaints.error({file, last->line, last->column}, "no YAML: a quote is not closed");
      tree.root = nullptr;
      return tree;
    }
    if (tree.root == nullptr) complaints.error({file, 1, 1}, "the file is empty; allowed: a mapping of keys to values");
  } catch (const TreeRefused&) {
    tree.root = nullptr;
  } catch (const YAML::Exception& e) {
    tree.root = nullptr;
    complaints.error({file, e.mark.line + 1, columns.of(e.mark.line, e.mark.column)}, explain_yaml(e.msg));
  }
  return tree;
}

}  // namespace poller::config
