#include "rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace poller::rules {
namespace {

using Names = std::vector<std::string_view>;

/// Prefixes of "quoted" includes a room may use beside its own. One that ends in ".h" permits that header alone.
const std::map<std::string_view, Names>& permitted() {
  static const std::map<std::string_view, Names> table = {
      {"base", {}},
      {"model", {"base/"}},
      {"parsers", {"base/", "model/", "lib/icu/", "lib/re2/", "lib/openssl/"}},
      {"config", {"base/", "model/", "parsers/address_key.h"}},
      {"lib", {"base/"}},
      {"storage", {"base/", "model/", "lib/zstd/", "lib/openssl/"}},
      {"storage/sqlite", {"base/", "model/", "lib/zstd/", "lib/openssl/", "lib/sqlite/", "storage/"}},
      {"storage/postgres", {"base/", "model/", "lib/zstd/", "lib/openssl/", "lib/pq/", "storage/"}},
      {"oauth", {"base/", "model/", "config/config.h", "config/secrets.h", "lib/curl/", "lib/openssl/"}},
      {"mailbox",
       {"base/", "model/", "config/config.h", "config/secrets.h", "lib/curl/", "lib/openssl/", "oauth/token_source.h"}},
      {"threading", {"base/", "model/", "lib/openssl/", "storage/store.h", "storage/outbox.h"}},
      {"intake",
       {"base/", "model/", "config/config.h", "config/words.h", "parsers/", "lib/re2/", "lib/openssl/",
        "mailbox/mailbox.h", "storage/store.h", "storage/outbox.h", "threading/"}},
      {"outbound",
       {"base/", "model/", "config/config.h", "config/secrets.h", "parsers/", "storage/store.h", "storage/outbox.h",
        "threading/", "intake/after_commit.h", "lib/curl/", "lib/openssl/", "oauth/", "mailbox/"}},
      {"service",
       {"base/", "model/", "config/", "storage/store.h", "storage/outbox.h", "intake/", "outbound/", "oauth/",
        "mailbox/mailbox.h", "lib/systemd/"}},
  };
  return table;
}

/// Who may include a foreign library's headers: prefix of the <angled> include, and the rooms.
struct Foreign {
  std::string_view header;
  Names rooms;
};

constexpr std::string_view kEveryone = "*";

const std::vector<Foreign>& foreign() {
  static const std::vector<Foreign> table = {
      {"curl/", {"lib/curl"}},
      {"openssl/", {"lib/openssl", "lib/curl"}},  // a connection tells its TLS version and certificate through OpenSSL
      {"sqlite3", {"lib/sqlite"}},
      {"libpq", {"lib/pq"}},
      {"re2/", {"lib/re2"}},
      {"unicode/", {"lib/icu"}},
      {"zstd", {"lib/zstd"}},
      {"systemd/", {"lib/systemd"}},
      {"yaml-cpp/", {"config"}},
      {"microhttpd", {"service"}},
      {"prometheus/", {"service"}},
      {"CLI/", {"cli"}},
      {"mimetic/", {"parsers"}},  // and of parsers only two files, see below
      {"nlohmann/", {"oauth", "storage", "storage/sqlite", "intake", "outbound", "service", "cli"}},
      {"fmt/", {kEveryone}},
      {"regex", {}},
  };
  return table;
}

constexpr std::array<std::string_view, 2> kMimeticFiles = {"parsers/mime.cc", "parsers/mime_compose.cc"};

/// Bytes to values, pure: no I/O in the parsers.
constexpr std::array<std::string_view, 8> kImpure = {"fstream", "iostream", "filesystem", "unistd.h",
                                                     "fcntl.h", "sys/",     "thread",     "base/log.h"};

bool starts_with_any(std::string_view name, const Names& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view p) { return name.starts_with(p); });
}

std::string_view general_room(std::string_view room) { return room.starts_with("lib/") ? "lib" : room; }

std::string own_prefix(std::string_view room) { return std::string(room) + "/"; }

std::string check_quoted(std::string_view room, std::string_view name) {
  if (name.starts_with("cli/")) return "nothing includes cli";
  if (name.find('/') == std::string_view::npos) return "an include names its room: \"room/header.h\"";
  if (name.starts_with(own_prefix(room))) return {};
  if (starts_with_any(name, permitted().at(general_room(room)))) return {};
  return "room " + std::string(room) + " may not include it";
}

std::string check_angled(std::string_view room, std::string_view path, std::string_view name) {
  for (const auto& library : foreign()) {
    if (!name.starts_with(library.header)) continue;
    if (library.header == "mimetic/") {
      if (std::find(kMimeticFiles.begin(), kMimeticFiles.end(), path) != kMimeticFiles.end()) return {};
      return "mimetic is included in parsers/mime.cc and parsers/mime_compose.cc alone";
    }
    for (const auto& allowed : library.rooms)
      if (allowed == kEveryone || allowed == room) return {};
    return "room " + std::string(room) + " may not include this library";
  }
  return {};
}

std::string check_include(std::string_view room, std::string_view path, std::string_view name, bool quoted) {
  if (room == "parsers")
    for (const auto& header : kImpure)
      if (name.starts_with(header)) return "parsers are pure: no I/O, no logging";
  if (!quoted) return check_angled(room, path, name);
  const bool wires = room == "cli" || room == "main";
  return wires ? std::string() : check_quoted(room, name);
}

/// The name and the kind of an #include line; an empty name for any other line.
struct Include {
  std::string_view name;
  bool quoted = false;
};

Include include_of(std::string_view line) {
  const auto skip_blanks = [&] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
  skip_blanks();
  if (!line.starts_with('#')) return {};
  line.remove_prefix(1);
  skip_blanks();
  if (!line.starts_with("include")) return {};
  line.remove_prefix(7);
  skip_blanks();
  if (line.empty() || (line[0] != '"' && line[0] != '<')) return {};
  const auto end = line.find(line[0] == '"' ? '"' : '>', 1);
  if (end == std::string_view::npos) return {};
  return {line.substr(1, end - 1), line[0] == '"'};
}

bool is_word(char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Whether `word` stands in the line by itself (VTODO is no unfinished work).
bool holds_word(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_word(line[at - 1])) && (end == line.size() || !is_word(line[end]))) return true;
  }
  return false;
}

std::string check_words(std::string_view line) {
  for (const std::string_view word : {"TODO", "FIXME", "std::regex", "not implemented"})
    if (holds_word(line, word)) return "\"" + std::string(word) + "\" has no place here";
  return {};
}

constexpr std::size_t kMaxLines = 400;

}  // namespace

std::string room_of(std::string_view path) {
  if (path == "src/main.cc") return "main";
  if (path.starts_with("parsers/")) return "parsers";
  for (const std::string_view engine : {"storage/sqlite", "storage/postgres"})
    if (path.starts_with(own_prefix(engine))) return std::string(engine);
  if (path.starts_with("storage/")) return "storage";
  if (!path.starts_with("src/")) return {};
  path.remove_prefix(4);
  auto end = path.find('/');
  if (path.starts_with("lib/")) end = path.find('/', 4);
  return end == std::string_view::npos ? std::string() : std::string(path.substr(0, end));
}

std::vector<std::string> rooms() {
  std::vector<std::string> names{"cli", "main"};
  for (const auto& [room, prefixes] : permitted()) names.emplace_back(room);
  return names;
}

std::vector<std::string> complaints(std::string_view path, std::string_view content) {
  std::vector<std::string> found;
  const auto room = room_of(path);
  const auto known = rooms();
  if (std::find(known.begin(), known.end(), general_room(room)) == known.end())
    return {std::string(path) + ": belongs to no room of docs/design.md"};
  std::size_t number = 0;
  const auto complain = [&](const std::string& what) {
    found.push_back(std::string(path) + ":" + std::to_string(number) + ": " + what);
  };
  while (!content.empty()) {
    const auto line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(line.size() + 1, content.size()));
    ++number;
    if (const auto include = include_of(line); !include.name.empty())
      if (const auto what = check_include(room, path, include.name, include.quoted); !what.empty())
        complain(std::string(include.name) + ": " + what);
    if (const auto what = check_words(line); !what.empty()) complain(what);
  }
  if (number > kMaxLines) complain("more than " + std::to_string(kMaxLines) + " lines: split it by noun");
  return found;
}

}  // namespace poller::rules
