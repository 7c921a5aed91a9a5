#include "config/load.h"

#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/text.h"
#include "config/complaints.h"
#include "config/read_parts.h"

namespace poller::config {
namespace {

constexpr std::size_t kMostFiles = 10'000;
constexpr int kDeepestInclude = 10;

/// Reads the main file and what it includes, then checks what needs the whole.
class Loader {
 public:
  Loaded load(const std::filesystem::path& file);

 private:
  struct Item {
    const Reading* reading;
    const Node* node;
  };
  struct File {
    Reading reading;
    Tree tree;
  };

  File* open(const std::filesystem::path& path, const std::string& name, const Place* named_at);
  void read_main(File& file);
  void collect(Section& section, int depth);
  void include(const Value& patterns, int depth);
  void include_one(const std::filesystem::path& path, const Value& named_at, int depth);
  void read_collected();
  void default_queue();
  void check_mailbox_queues();
  void check_vault();
  void check_notify(Section& top);

  Loaded loaded_;
  Complaints complaints_;
  std::set<std::string> warned_;
  std::deque<File> files_;
  std::vector<std::string> names_;       // of the files, in the order in which they are read
  std::vector<std::string> being_read_;  // canonical paths, outermost first
  std::set<std::string> read_;           // canonical paths
  std::vector<Item> mailboxes_;
  std::vector<Item> queues_;
};

Loaded Loader::load(const std::filesystem::path& path) {
  loaded_.config.file = std::filesystem::absolute(path).lexically_normal();
  File* file = open(loaded_.config.file, path.lexically_normal().string(), nullptr);
  if (file != nullptr && file->tree.root != nullptr) read_main(*file);
  loaded_.complaints = complaints_.sorted(names_);
  return std::move(loaded_);
}

Loader::File* Loader::open(const std::filesystem::path& path, const std::string& name, const Place* named_at) {
  const Place whole{name, 0, 0};
  std::string text;
  try {
    text = read_file(path, kMostYamlBytes);
  } catch (const Error& e) {
    complaints_.error(named_at == nullptr ? whole : *named_at, e.what());
    if (named_at == nullptr) names_.push_back(name);
    return nullptr;
  }
  names_.push_back(name);
  File& file = files_.emplace_back();
  file.reading = {name, path.parent_path(), &complaints_, &warned_};
  file.tree = parse_yaml(text, name, complaints_);
  Secret::wipe(text);  // it may hold secrets
  if (file.tree.root != nullptr && file.tree.root->kind != Node::Kind::map) {
    complaints_.error(file.reading.place(*file.tree.root),
                      fmt::format("found {}; allowed: a mapping of keys to values", describe(*file.tree.root)));
    file.tree.root = nullptr;
  }
  return &file;
}

void Loader::read_main(File& file) {
  being_read_.push_back(std::filesystem::weakly_canonical(loaded_.config.file).string());
  read_.insert(being_read_.back());
  Section top(file.reading, *file.tree.root, "", "");
  read_version(top);
  collect(top, 0);
  read_collected();
  read_settings(top, loaded_.config);
  read_organisations(top, loaded_.config);
  read_rules(top, loaded_.config);
  top.done();
  check_mailbox_queues();
  check_vault();
  check_notify(top);
  const bool wrong = top.has("mailboxes") && !top.at("mailboxes").is(Node::Kind::list);
  if (mailboxes_.empty() && !wrong) {
    top.missing("mailboxes", "missing; allowed: a list of at least one mailbox");
  }
}

/// The parts that an included file may have as well.
void Loader::collect(Section& section, int depth) {
  const Reading& reading = section.reading();
  for (const Node* node : read_mappings(section.at("mailboxes"))) mailboxes_.push_back({&reading, node});
  for (const Node* node : read_mappings(section.at("queues"))) queues_.push_back({&reading, node});
  include(section.at("include"), depth);
}

/// In alphabetical order. False when a folder cannot be read, or a pattern without wildcards names no file.
bool find_files(const std::filesystem::path& folder, const std::string& pattern, std::vector<std::string>& paths) {
  std::string full;
  for (const char c : folder.string()) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') full += '\\';
    full += c;
  }
  full = pattern.starts_with('/') ? pattern : full + "/" + pattern;
  // A folder that is not there yet holds no files; any other failure must not look like that.
  const auto failed = [](const char* /*path*/, int error) { return error == ENOENT || error == ENOTDIR ? 0 : 1; };
  glob_t found{};
  const int result = ::glob(full.c_str(), 0, failed, &found);
  for (std::size_t i = 0; result == 0 && i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return result == 0 || (result == GLOB_NOMATCH && pattern.find_first_of("*?[") != std::string::npos);
}

void Loader::include(const Value& patterns, int depth) {
  std::vector<std::string> all;
  if (!patterns || !read_texts(patterns, all)) return;
  for (const std::string& pattern : all) {
    std::vector<std::string> paths;
    if (!find_files(patterns.reading->folder, pattern, paths)) {
      patterns.complain(fmt::format("found {}; allowed: files that exist and can be read", quote(pattern)));
    }
    for (const std::string& path : paths) include_one(path, patterns, depth);
  }
}

bool is_one_mailbox(const Node& map) {
  return std::any_of(map.entries.begin(), map.entries.end(), [](const auto& entry) {
    const std::string& key = entry.first->value;
    return key == "name" || key == "protocol" || key == "preset" || key == "address";
  });
}

void Loader::include_one(const std::filesystem::path& path, const Value& named_at, int depth) {
  const std::filesystem::path main_folder = loaded_.config.file.parent_path();
  const std::string real = std::filesystem::weakly_canonical(path).string();
  const std::string shown = path.lexically_relative(main_folder).string();
  if (std::find(being_read_.begin(), being_read_.end(), real) != being_read_.end()) {
    named_at.complain(fmt::format("{} includes itself; allowed: files that do not lead back here", quote(shown)));
    return;
  }
  if (!read_.insert(real).second) {
    named_at.complain(fmt::format("{} is included twice; allowed: once", quote(shown)));
    return;
  }
  if (depth >= kDeepestInclude || read_.size() > kMostFiles) {
    named_at.complain(
        fmt::format("more than {} files, or included through more than {} files", kMostFiles, kDeepestInclude));
    return;
  }
  const Place place = named_at.place();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    named_at.complain(fmt::format("{} is no regular file", quote(shown)));
    return;
  }
  const std::filesystem::path folder = std::filesystem::path(names_.front()).parent_path();
  File* file = open(path, (folder / path.lexically_relative(main_folder)).lexically_normal().string(), &place);
  if (file == nullptr || file->tree.root == nullptr) return;
  if (is_one_mailbox(*file->tree.root)) {
    mailboxes_.push_back({&file->reading, file->tree.root});
    return;
  }
  being_read_.push_back(real);
  Section section(file->reading, *file->tree.root, "", "");
  read_version(section);
  collect(section, depth + 1);
  section.done();
  being_read_.pop_back();
}

/// Mailboxes first: without `queues`, theirs is the queue there is.
void Loader::read_collected() {
  Config& config = loaded_.config;
  std::map<std::string, Place> names;
  const auto unique = [&](const char* what, const std::string& name, const Item& item) {
    const Place place = item.reading->place(*item.node);
    const auto [it, fresh] = names.emplace(std::string(what) + name, place);
    if (name.empty() || fresh) return;
    complaints_.error(place, fmt::format("a second {} named {}; the first is at {}:{}:{}; allowed: names that differ",
                                         what, quote(name), it->second.file, it->second.line, it->second.column));
  };
  int number = 0;
  for (const Item& item : mailboxes_) {
    config.mailboxes.push_back(read_mailbox(*item.reading, *item.node, ++number));
    unique("mailbox", config.mailboxes.back().name, item);
  }
  number = 0;
  for (const Item& item : queues_) {
    config.queues.push_back(read_queue(*item.reading, *item.node, ++number));
    unique("queue", config.queues.back().name, item);
  }
  default_queue();
}

void Loader::default_queue() {
  Config& config = loaded_.config;
  if (!config.queues.empty()) return;
  Queue queue;
  queue.name = "support";
  if (!config.mailboxes.empty() && !config.mailboxes.front().queue.empty()) {
    queue.name = config.mailboxes.front().queue;
  }
  config.queues.push_back(std::move(queue));
}

void Loader::check_mailbox_queues() {
  Config& config = loaded_.config;
  for (std::size_t i = 0; i < config.mailboxes.size(); ++i) {
    Mailbox& mailbox = config.mailboxes[i];
    if (mailbox.queue.empty()) mailbox.queue = config.queues.front().name;
    if (find_queue(config, mailbox.queue) != nullptr) continue;
    Section section(*mailboxes_[i].reading, *mailboxes_[i].node, fmt::format("mailboxes[{}]", mailbox.name), "");
    refuse_queue(section.at("queue"), config);
  }
}

/// Refresh tokens must be kept somewhere, and never in the clear.
void Loader::check_vault() {
  const Config& config = loaded_.config;
  if (config.vault_key) return;
  for (const Mailbox& mailbox : config.mailboxes) {
    if (!needs_token(mailbox)) continue;
    complaints_.error(mailbox.place,
                      fmt::format("vault.key: missing; mailbox {} signs in with OAuth and its refresh token is kept "
                                  "encrypted; allowed: vault: {{path: var/tokens, key: {{file: PATH}}}}",
                                  quote(mailbox.name)));
    return;
  }
}

/// An alert by mail goes out through a mailbox.
void Loader::check_notify(Section& top) {
  const Config& config = loaded_.config;
  if (config.notify.to.empty() || !config.notify.command.empty()) return;
  const auto sends = [](const Mailbox& mailbox) { return mailbox.smtp.has_value(); };
  if (std::none_of(config.mailboxes.begin(), config.mailboxes.end(), sends)) {
    top.at("notify").warn("no mailbox has smtp: nobody will be told");
  }
}

}  // namespace

void read_version(Section& section) {
  const Value version = section.at("version");
  if (version && (!version.is(Node::Kind::scalar) || version.node->value != "1")) version.refuse("1");
}

std::vector<const Node*> read_mappings(const Value& value) {
  std::vector<const Node*> maps;
  if (!value) return maps;
  if (!value.is(Node::Kind::list)) {
    value.refuse("a list, each item beginning with \"- \"");
    return maps;
  }
  for (std::size_t i = 0; i < value.node->items.size(); ++i) {
    const Node* item = value.node->items[i];
    if (item->kind == Node::Kind::map) {
      maps.push_back(item);
    } else {
      Value{value.reading, item, fmt::format("{}[#{}]", value.path, i + 1)}.refuse("a mapping of keys to values");
    }
  }
  return maps;
}

void refuse_queue(const Value& value, const Config& config) {
  std::vector<std::string> names;
  for (const Queue& queue : config.queues) {
    if (!queue.name.empty()) names.push_back(queue.name);
  }
  refuse_word(value, names);
}

Loaded load(const std::filesystem::path& file) {
  try {
    return Loader().load(file);
  } catch (const std::exception& e) {
    Loaded loaded;
    loaded.complaints.push_back({Complaint::Severity::error, {file.string(), 0, 0}, e.what()});
    return loaded;
  }
}

std::filesystem::path find_config_file(const std::string& explicit_path) {
  const auto exists = [](const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
  };
  if (!explicit_path.empty()) {
    if (exists(explicit_path)) return explicit_path;
    throw Error(ErrorKind::configuration, fmt::format("no configuration file {}", quote(explicit_path)),
                "Name an existing file with --config.");
  }
  for (const char* candidate : {"poller.yaml", "/etc/poller/poller.yaml"}) {
    if (exists(candidate)) return candidate;
  }
  throw Error(ErrorKind::configuration, "no configuration file: neither ./poller.yaml nor /etc/poller/poller.yaml",
              "Write one (docs/configuration.md), or name it with --config.");
}

}  // namespace poller::config
