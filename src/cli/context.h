// What every subcommand shares: the global options, the configuration, the store, the output.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/exit_code.h"
#include "config/config.h"
#include "config/load.h"
#include "storage/store.h"

namespace poller::cli {

struct Globals {
  std::string config_file;
  std::string mailbox;  // --mailbox
  bool json = false;
  bool dry_run = false;
  bool once = false;
  std::string log_level;  // empty: by command
  std::string log_format = "text";
};

/// What a subcommand does when it was chosen.
using Action = std::function<ExitCode()>;

class Context {
 public:
  Globals globals;
  Action action;

  /// Loads the configuration once; prints every complaint to standard error. Throws Error(configuration) when it has an
  /// error.
  const config::Config& configuration();
  /// The configured store, opened for reading and writing.
  Store& store();
  /// For commands that only look: says so where there is none yet instead of creating one.
  Store& store_read_only();
  /// The store to try things on: the configured one, or an empty one that goes with this process where there is none
  /// yet.
  Store& open_store_for_dry_run();
  /// --mailbox, else the first one. Throws Error(usage) for an unknown name, configuration when there is none.
  const config::Mailbox& chosen_mailbox();
  /// Root becomes the owner of the storage and the vault before a file is opened; secrets are read before.
  void drop_privileges();
  void apply_logging(const char* default_level);

 private:
  class ScratchFolder {
   public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

   private:
    std::filesystem::path path_;
  };

  std::optional<config::Config> config_;
  std::unique_ptr<ScratchFolder> scratch_;  // before the store: it goes after it
  std::unique_ptr<Store> store_;
};

/// Writes to standard output; ends the process quietly when nobody reads it any more.
void print(const std::string& text);
inline void print_line(const std::string& text) { print(text + "\n"); }

}  // namespace poller::cli
