// `poller db`: care of the storage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/retention.h"
#include "storage/care.h"

namespace poller::cli {
namespace {

struct DbOptions {
  std::string target;
  bool quick = false;
};

std::string path_of(Context& context) {
  context.drop_privileges();
  return context.configuration().sqlite_path.string();
}

ExitCode check_db(Context& context, const DbOptions& options) {
  const auto findings = check_sqlite_store(path_of(context), !options.quick);
  if (context.globals.json) {
    print_line(to_line({{"ok", findings.empty()}, {"findings", findings}}));
  } else {
    for (const auto& finding : findings) print_line(finding);
    print_line(findings.empty() ? "the storage is sound" : fmt::format("{} findings", findings.size()));
  }
  if (findings.empty()) return ExitCode::ok;
  log::error("advice: restore the last backup (docs/operations.md), and keep the damaged files");
  return ExitCode::storage;
}

ExitCode back_up_db(Context& context, const DbOptions& options) {
  const auto findings = back_up_sqlite_store(path_of(context), options.target);
  if (context.globals.json) {
    print_line(to_line({{"backup", options.target},
                        {"raw", options.target + "-raw"},
                        {"ok", findings.empty()},
                        {"findings", findings}}));
  } else {
    for (const auto& finding : findings) print_line(finding);
    print_line(fmt::format("{0} and {0}-raw: they belong together", options.target));
  }
  if (findings.empty()) return ExitCode::ok;
  log::error("the storage is damaged, and so is the copy that was made of it: " + options.target,
             {{"advice",
               "Keep it apart from sound backups, overwrite none of those with it; `poller db check` tells more, and "
               "the last sound backup is what to restore (docs/operations.md)."}});
  return ExitCode::storage;
}

ExitCode vacuum_db(Context& context, const DbOptions& /*options*/) {
  vacuum_sqlite_store(path_of(context));
  if (!context.globals.json) print_line("done");
  return ExitCode::ok;
}

ExitCode prune_db(Context& context, const DbOptions& /*options*/) {
  (void)path_of(context);
  const Pruned pruned = prune_by_retention(context.configuration());
  if (context.globals.json) {
    print_line(to_line({{"mails", pruned.mails}, {"bytes", pruned.bytes}, {"quarantine", pruned.quarantine}}));
  } else {
    print_line(fmt::format("the bytes of {} mails ({} bytes) and {} rows of the quarantine removed", pruned.mails,
                           pruned.bytes, pruned.quarantine));
  }
  return ExitCode::ok;
}

}  // namespace

Pruned prune_by_retention(const config::Config& config) {
  const auto seconds = [](const std::optional<config::Seconds>& time) {
    return time ? std::optional<std::int64_t>(time->count()) : std::nullopt;
  };
  PruneLimits limits;
  limits.now = system_clock().unix_now();
  limits.raw = seconds(config.retention.raw);
  limits.quarantine = seconds(config.retention.quarantine);
  return prune_sqlite_store(config.sqlite_path.string(), limits);
}

void add_db(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("db", "Care of the storage: check, backup, vacuum, prune; while poller runs, too");
  command->require_subcommand(1);
  auto options = std::make_shared<DbOptions>();
  const auto add = [&](const char* name, const char* help, auto work) {
    auto* sub = command->add_subcommand(name, help);
    sub->fallthrough();
    sub->callback([&context, options, work] {
      context.action = [&context, options, work] {
        context.apply_logging("warning");
        return work(context, *options);
      };
    });
    return sub;
  };
  add("check", "Is every page, reference and mail as it was written? Exit code 74 when not", check_db)
      ->add_flag("--quick", options->quick, "Do not read every mail's bytes");
  add("backup", "Copy the storage as it stands now, two files that belong together", back_up_db)
      ->add_option("FILE", options->target, "The copy; FILE-raw is made beside it")
      ->required();
  add("vacuum", "Give the room of what was removed back to the disk; writers wait meanwhile", vacuum_db);
  add("prune", "Remove what `retention` says; the daemon does it once a day", prune_db);
}

}  // namespace poller::cli
