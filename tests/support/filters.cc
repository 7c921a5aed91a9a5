#include "filters.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace poller::support {
namespace {

// How many bytes of a literal follow a line that ends in "{n}"; 0 without one.
std::size_t literal_size(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!line.ends_with('}')) return 0;
  const auto open = line.rfind('{');
  std::size_t size = 0;
  if (open != std::string_view::npos) std::from_chars(line.data() + open + 1, line.data() + line.size() - 1, size);
  return size;
}

void append(Passage& all, const Passage& next) {
  all.to_client += next.to_client;
  all.to_server += next.to_server;
  all.fate = next.fate;
}

}  // namespace

Passage FaultFilter::from_client(std::string_view bytes) { return pass(bytes, Direction::to_server); }
Passage FaultFilter::from_server(std::string_view bytes) { return pass(bytes, Direction::to_client); }

Passage FaultFilter::pass(std::string_view bytes, Direction direction) {
  std::string out(bytes);
  Fate fate = Fate::go_on;
  if (direction == fault_.direction && fault_.kind != Fault::Kind::none) {
    const auto left = fault_.at - std::min(fault_.at, passed_);
    const bool now = left < out.size() && passed_ <= fault_.at;
    passed_ += out.size();
    if (now && fault_.kind == Fault::Kind::garble) out[left] = static_cast<char>(out[left] ^ 0x20);
    if (now && fault_.kind != Fault::Kind::garble) {
      out.resize(left);
      fate = fault_.kind == Fault::Kind::cut     ? Fate::close
             : fault_.kind == Fault::Kind::reset ? Fate::reset
                                                 : Fate::stall;
    }
  }
  Passage passage{{}, {}, fate, fault_.slice, fault_.delay};
  (direction == Direction::to_client ? passage.to_client : passage.to_server) = std::move(out);
  return passage;
}

// Lines that come in one piece suffer together from the one that is meant: so they would on a network.
Passage LineFaultFilter::pass(std::string_view bytes, Direction direction) {
  const auto lines = lines_ + static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  const bool now = lines_ <= at_ && at_ < lines;
  std::size_t before = 0;  // bytes of the lines before it
  for (; now && lines_ < at_; ++lines_) before = bytes.find('\n', before) + 1;
  lines_ = lines;
  Passage passage;
  std::string out(bytes);
  if (now && fault_ == LineFault::stall) {
    out.resize(before);
    passage.fate = Fate::stall;
  } else if (now) {
    passage.slice = fault_ == LineFault::slice ? 1 : out.size();
    passage.pause = std::chrono::milliseconds(fault_ == LineFault::slice ? 0 : 100);
  }
  (direction == Direction::to_client ? passage.to_client : passage.to_server) = std::move(out);
  return passage;
}

Passage ImapFilter::from_client(std::string_view bytes) {
  Passage all;
  commands_.append(bytes);
  for (auto end = commands_.find('\n'); end != std::string::npos && all.fate == Fate::go_on;
       end = commands_.find('\n')) {
    const auto line = commands_.substr(0, end + 1);
    commands_.erase(0, end + 1);
    const auto instead = on_command_ ? on_command_(line) : std::nullopt;
    append(all, instead.value_or(Passage{{}, line}));
  }
  return all;
}

Passage ImapFilter::from_server(std::string_view bytes) {
  Passage all;
  responses_.append(bytes);
  std::size_t unit_start = 0;
  while (all.fate == Fate::go_on) {
    const auto end = scanned_ <= responses_.size() ? responses_.find('\n', scanned_) : std::string::npos;
    if (end == std::string::npos) break;
    const auto size = literal_size(std::string_view(responses_).substr(scanned_, end + 1 - scanned_));
    scanned_ = end + 1 + size;
    if (size > 0) continue;
    const auto unit = responses_.substr(unit_start, scanned_ - unit_start);
    unit_start = scanned_;
    const auto instead = on_response_ ? on_response_(unit) : std::nullopt;
    append(all, instead.value_or(Passage{unit, {}}));
  }
  responses_.erase(0, unit_start);
  scanned_ -= unit_start;
  return all;
}

std::string tag_of(const std::string& command) { return command.substr(0, command.find(' ')); }

std::string word_of(const std::string& command) {
  const auto word_at = [&](std::size_t from) {
    return command.substr(from, command.find_first_of(" \r\n", from) - from);
  };
  const auto first = command.find(' ');
  if (first == std::string::npos) return {};
  auto word = word_at(first + 1);
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  if (word != "UID") return word;
  auto second = word_at(first + 5);
  std::transform(second.begin(), second.end(), second.begin(), [](unsigned char c) { return std::toupper(c); });
  return word + " " + second;
}

}  // namespace poller::support
