#include "cli/context.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/privileges.h"
#include "base/text.h"
#include "cli/load_configuration.h"

namespace poller::cli {

const config::Config& Context::configuration() {
  if (config_) return *config_;
  const auto file = config::find_config_file(globals.config_file);
  config::Loaded loaded = load_configuration(file);
  for (const auto& complaint : loaded.complaints) log::say(level_of(complaint), config::to_string(complaint));
  if (!loaded.ok()) {
    throw Error(ErrorKind::configuration, fmt::format("{}: the configuration has errors", file.string()),
                "Correct what is listed above; `poller check` shows it again.");
  }
  config_ = std::move(loaded.config);
  return *config_;
}

void Context::drop_privileges() {
  const auto& config = configuration();
  become_owner_of(config.sqlite_path.parent_path());
}

Store& Context::store() {
  if (!store_) {
    drop_privileges();
    store_ = open_sqlite_store(configuration().sqlite_path.string());
  }
  return *store_;
}

Store& Context::store_read_only() {
  if (!store_) {
    drop_privileges();
    store_ = open_sqlite_store(configuration().sqlite_path.string(), true);
  }
  return *store_;
}

Store& Context::open_store_for_dry_run() {
  if (store_) return *store_;
  drop_privileges();
  const auto& path = configuration().sqlite_path;
  if (std::filesystem::exists(path)) {
    store_ = open_sqlite_store(path.string());
  } else {
    scratch_ = std::make_unique<ScratchFolder>();
    store_ = open_sqlite_store((scratch_->path() / "dry-run.db").string());
  }
  return *store_;
}

Context::ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "poller-dry-run-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw Error(ErrorKind::storage, fmt::format("cannot create {}: {}", name, std::strerror(errno)));
  }
  path_ = name;
}

Context::ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

const config::Mailbox& Context::chosen_mailbox() {
  const auto& config = configuration();
  if (globals.mailbox.empty()) {
    if (config.mailboxes.empty()) {
      throw Error(ErrorKind::configuration, "no mailbox is configured", "Add one under `mailboxes:`.");
    }
    return config.mailboxes.front();
  }
  const auto* mailbox = config::find_mailbox(config, globals.mailbox);
  if (mailbox == nullptr) {
    std::vector<std::string> names;
    for (const auto& m : config.mailboxes) names.push_back(m.name);
    const std::string near = text::nearest(globals.mailbox, names);
    throw Error(ErrorKind::usage, fmt::format("there is no mailbox named \"{}\"", globals.mailbox),
                near.empty() ? std::string() : fmt::format("Did you mean \"{}\"?", near));
  }
  return *mailbox;
}

void Context::apply_logging(const char* default_level) {
  static const std::map<std::string, LogLevel> levels{{"trace", LogLevel::trace},  {"debug", LogLevel::debug},
                                                      {"info", LogLevel::info},    {"warning", LogLevel::warning},
                                                      {"warn", LogLevel::warning}, {"error", LogLevel::error}};
  const std::string word = globals.log_level.empty() ? default_level : globals.log_level;
  const auto it = levels.find(word);
  if (it == levels.end()) {
    throw Error(ErrorKind::usage, fmt::format("unknown log level \"{}\"", word),
                "Use trace, debug, info, warning or error.");
  }
  log::set_level(it->second);
  if (globals.log_format != "text" && globals.log_format != "json") {
    throw Error(ErrorKind::usage, fmt::format("unknown log format \"{}\"", globals.log_format), "Use text or json.");
  }
  log::set_format(globals.log_format == "json" ? LogFormat::json : LogFormat::text);
}

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) std::exit(static_cast<int>(ExitCode::ok));
}

}  // namespace poller::cli
