#include "config/fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/not_yet.h"
#include "config/shapes.h"
#include "config/words.h"

namespace poller::config {
namespace {

/// "; did you mean "x"?" or nothing.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongestWord = 60;
  if (word.size() > kLongestWord) return {};
  const std::string near = text::nearest(text::to_lower(word), candidates);
  return near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near);
}

const std::string* scalar_of(const Value& value) { return value.is(Node::Kind::scalar) ? &value.node->value : nullptr; }

}  // namespace

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return quote(mask_userinfo(node.value));
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a mapping";
  }
  return "nothing";
}

void Value::refuse(const std::string& allowed) const {
  complain(fmt::format("found {}; allowed: {}", describe(*node), allowed));
}

Section::Section(const Reading& reading, const Node& map, std::string path, std::string generic)
    : reading_(reading), map_(map), path_(std::move(path)), generic_(std::move(generic)) {}

Value Section::at(const std::string& key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  const auto it =
      std::find_if(map_.entries.begin(), map_.entries.end(), [&](const auto& e) { return e.first->value == key; });
  Value value{&reading_, it == map_.entries.end() ? nullptr : it->second, path_of(key)};
  if (value) complain_not_yet(value, generic_of(key));
  return value;
}

bool Section::has(const std::string& key) const {
  return std::any_of(map_.entries.begin(), map_.entries.end(), [&](const auto& e) { return e.first->value == key; });
}

void Section::missing(const std::string& key, const std::string& text) const {
  reading_.complaints->error(place(), fmt::format("{}: {}", path_of(key), text));
}

void Section::done() const {
  for (const auto& [key, value] : map_.entries) {
    if (std::find(known_.begin(), known_.end(), key->value) != known_.end()) continue;
    std::string near = did_you_mean(key->value, known_);
    if (near.empty()) near = ";";
    reading_.complaints->error(reading_.place(*key),
                               fmt::format("{}unknown key {}{} allowed: {}", path_.empty() ? "" : path_ + ": ",
                                           quote(key->value), near, fmt::join(known_, ", ")));
  }
}

bool read_text(const Value& value, std::string& out, const char* allowed) {
  if (!value) return false;
  const std::string* word = scalar_of(value);
  if (word == nullptr || word->empty() || has_controls(*word)) {
    value.refuse(allowed);
    return false;
  }
  out = *word;
  return true;
}

bool read_name(const Value& value, std::string& out) {
  constexpr const char* kAllowed = "a name of at most 64 bytes, without slashes and not beginning with a hyphen";
  std::string word;
  if (!read_text(value, word, kAllowed)) return false;
  if (word.size() > 64 || word.front() == '-' || word.find('/') != std::string::npos ||
      text::trim(word).size() != word.size()) {
    value.refuse(kAllowed);
    return false;
  }
  out = word;
  return true;
}

bool read_flag(const Value& value, bool& out) {
  return read_word<bool>(
      value, {{"true", true}, {"false", false}, {"yes", true}, {"no", false}, {"on", true}, {"off", false}}, out);
}

bool read_count(const Value& value, int least, int most, int& out) {
  if (!value) return false;
  const std::string* word = scalar_of(value);
  std::uint64_t number = 0;
  if (word == nullptr || !text::parse_uint(*word, number) || number < static_cast<std::uint64_t>(least) ||
      number > static_cast<std::uint64_t>(most)) {
    value.refuse(fmt::format("a whole number from {} to {}", least, most));
    return false;
  }
  out = static_cast<int>(number);
  return true;
}

bool read_port(const Value& value, std::uint16_t& out) {
  int port = 0;
  if (!read_count(value, 1, 65535, port)) return false;
  out = static_cast<std::uint16_t>(port);
  return true;
}

bool read_duration(const Value& value, Seconds& out, Seconds least, Seconds most) {
  if (!value) return false;
  const std::string* word = scalar_of(value);
  Seconds duration{};
  if (word == nullptr || !parse_duration(*word, duration) || duration < least || duration > most) {
    value.refuse(
        fmt::format("a duration such as 30s, 5m, 4h or 7d, from {} to {}", duration_word(least), duration_word(most)));
    return false;
  }
  out = duration;
  return true;
}

bool read_duration(const Value& value, std::chrono::milliseconds& out, std::chrono::milliseconds least) {
  if (!value) return false;
  const std::string* word = scalar_of(value);
  std::chrono::milliseconds duration{};
  if (word == nullptr || !parse_duration(*word, duration) || duration < least || duration > std::chrono::hours(24)) {
    value.refuse(fmt::format("a duration such as 200ms, 30s or 5m, from {} to 24h", duration_word(least)));
    return false;
  }
  out = duration;
  return true;
}

bool read_duration_or_forever(const Value& value, std::optional<Seconds>& out) {
  if (!value) return false;
  const std::string* word = scalar_of(value);
  Seconds duration{};
  if (word != nullptr && *word == "forever") {
    out.reset();
    return true;
  }
  if (word == nullptr || !parse_duration(*word, duration)) {
    value.refuse("forever, or a duration such as 90d");
    return false;
  }
  out = duration;
  return true;
}

bool read_size(const Value& value, std::uint64_t least, std::uint64_t most, std::uint64_t& out) {
  if (!value) return false;
  const std::string* word = scalar_of(value);
  std::uint64_t size = 0;
  if (word == nullptr || !parse_size(*word, size) || size < least || size > most) {
    value.refuse(
        fmt::format("a size such as 35MB, 512KB or 4096 (bytes), from {} to {}", size_word(least), size_word(most)));
    return false;
  }
  out = size;
  return true;
}

bool read_path(const Value& value, std::filesystem::path& out) {
  std::string word;
  if (!read_text(value, word, "a path")) return false;
  out = (value.reading->folder / word).lexically_normal();
  return true;
}

bool read_address(const Value& value, std::string& out) {
  if (!value) return false;
  const std::string* word = scalar_of(value);
  if (word == nullptr || !is_address(*word)) {
    value.refuse("a mail address such as support@contoso.com");
    return false;
  }
  out = *word;
  return true;
}

bool read_texts(const Value& value, std::vector<std::string>& out) {
  if (!value) return false;
  if (value.is(Node::Kind::scalar)) return read_text(value, out.emplace_back()) || (out.pop_back(), false);
  if (!value.is(Node::Kind::list)) {
    value.refuse("a list of texts");
    return false;
  }
  bool good = true;
  for (std::size_t i = 0; i < value.node->items.size(); ++i) {
    std::string text;
    const Value item{value.reading, value.node->items[i], fmt::format("{}[{}]", value.path, i + 1)};
    if (read_text(item, text)) {
      out.push_back(std::move(text));
    } else {
      good = false;
    }
  }
  return good;
}

void refuse_word(const Value& value, const std::vector<std::string>& allowed) {
  const std::string* word = scalar_of(value);
  const std::string near = word == nullptr ? std::string() : did_you_mean(*word, allowed);
  value.complain(fmt::format("found {}{} allowed: {}", describe(*value.node), near.empty() ? ";" : near,
                             fmt::join(allowed, ", ")));
}

}  // namespace poller::config
