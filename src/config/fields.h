// Typed access to the tree, with a complaint at the right place for everything that does not fit.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/complaints.h"
#include "config/yaml_tree.h"

namespace poller::config {

/// One file that is being read.
struct Reading {
  std::string file;              // as complaints name it
  std::filesystem::path folder;  // absolute; what its relative paths are relative to
  Complaints* complaints = nullptr;
  std::set<std::string>* warned = nullptr;  // "not in this version" warnings already given

  [[nodiscard]] Place place(const Node& node) const { return {file, node.line, node.column}; }
};

/// A value under a key, or the key's absence.
struct Value {
  const Reading* reading = nullptr;
  const Node* node = nullptr;  // null: the key is not there
  std::string path;            // "mailboxes[support].server.port"

  explicit operator bool() const { return node != nullptr; }
  [[nodiscard]] bool is(Node::Kind kind) const { return node != nullptr && node->kind == kind; }
  [[nodiscard]] Place place() const { return reading->place(*node); }

  /// "PATH: TEXT"
  void complain(const std::string& text) const { reading->complaints->error(place(), path + ": " + text); }
  void warn(const std::string& text) const { reading->complaints->warning(place(), path + ": " + text); }
  /// "PATH: found WHAT STANDS THERE; allowed: ALLOWED"
  void refuse(const std::string& allowed) const;
};

/// "\"value\"", "nothing", "a list", "a mapping".
std::string describe(const Node& node);

/// A mapping whose keys are asked for one by one; done() complains about the keys nobody asked for.
class Section {
 public:
  /// `generic` is the path without names, "mailboxes.server", for the table of what is not in this version.
  Section(const Reading& reading, const Node& map, std::string path, std::string generic);

  /// The value under `key`, which is known from now on.
  Value at(const std::string& key);
  /// Whether the key stands there; does not make it known.
  [[nodiscard]] bool has(const std::string& key) const;
  [[nodiscard]] bool empty() const { return map_.entries.empty(); }
  void done() const;

  /// A complaint about the whole mapping, "PATH.KEY: TEXT", for a key that is missing.
  void missing(const std::string& key, const std::string& text) const;
  /// The place of the mapping.
  [[nodiscard]] Place place() const { return reading_.place(map_); }
  [[nodiscard]] const Reading& reading() const { return reading_; }
  [[nodiscard]] std::string path_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  [[nodiscard]] std::string generic_of(const std::string& key) const {
    return generic_.empty() ? key : generic_ + "." + key;
  }

 private:
  const Reading& reading_;
  const Node& map_;
  std::string path_;
  std::string generic_;
  std::vector<std::string> known_;
};

/// Reads the mapping under `key` of `parent` with `read(Section&)`; complains about another kind of value and about
/// unknown keys. Returns whether there was a mapping.
template <class Read>
bool with_section(Section& parent, const std::string& key, Read&& read) {
  const Value value = parent.at(key);
  if (!value) return false;
  if (!value.is(Node::Kind::map)) {
    value.refuse("a mapping of keys to values");
    return false;
  }
  Section section(parent.reading(), *value.node, value.path, parent.generic_of(key));
  read(section);
  section.done();
  return true;
}

// Each returns whether `out` was set: false when the key is absent (no complaint) or wrong (one complaint).

/// One line of text without control characters, not empty.
bool read_text(const Value& value, std::string& out, const char* allowed = "text of one line");
/// A name for commands, labels and messages: at most 64 bytes, no slash, no leading hyphen.
bool read_name(const Value& value, std::string& out);
bool read_flag(const Value& value, bool& out);
bool read_count(const Value& value, int least, int most, int& out);
bool read_port(const Value& value, std::uint16_t& out);
bool read_duration(const Value& value, Seconds& out, Seconds least, Seconds most);
bool read_duration(const Value& value, std::chrono::milliseconds& out, std::chrono::milliseconds least);
/// As read_duration, with "forever" for none.
bool read_duration_or_forever(const Value& value, std::optional<Seconds>& out);
bool read_size(const Value& value, std::uint64_t least, std::uint64_t most, std::uint64_t& out);
/// Absolute afterwards.
bool read_path(const Value& value, std::filesystem::path& out);
bool read_address(const Value& value, std::string& out);
/// A list of texts; a single text is a list of one.
bool read_texts(const Value& value, std::vector<std::string>& out);

/// Complains that `word` is not among `allowed`, with the nearest of them.
void refuse_word(const Value& value, const std::vector<std::string>& allowed);

template <class Enum>
using Words = std::initializer_list<std::pair<const char*, Enum>>;

template <class Enum>
bool read_word(const Value& value, const Words<Enum>& words, Enum& out) {
  if (!value) return false;
  std::vector<std::string> allowed;
  for (const auto& [word, meaning] : words) {
    if (value.is(Node::Kind::scalar) && value.node->value == word) {
      out = meaning;
      return true;
    }
    allowed.emplace_back(word);
  }
  refuse_word(value, allowed);
  return false;
}

}  // namespace poller::config
