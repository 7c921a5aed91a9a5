#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"

namespace poller::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> mailboxes;
  bool print = false;
};

void report(const Context& context, const config::Complaint& complaint) {
  if (!context.globals.json) {
    print_line(config::to_string(complaint));
    return;
  }
  print_line(to_line({{"severity", complaint.severity == config::Complaint::Severity::error ? "error" : "warning"},
                      {"file", complaint.place.file},
                      {"line", complaint.place.line},
                      {"column", complaint.place.column},
                      {"text", complaint.text}}));
}

ExitCode check_offline(Context& context, const CheckOptions& options) {
  const auto file = config::find_config_file(context.globals.config_file);
  const config::Loaded loaded = config::load(file);
  for (const auto& complaint : loaded.complaints) report(context, complaint);
  for (const auto& name : options.mailboxes) {
    if (config::find_mailbox(loaded.config, name) == nullptr) {
      throw Error(ErrorKind::usage, fmt::format("there is no mailbox named \"{}\"", name));
    }
  }
  if (!loaded.ok()) return ExitCode::configuration;
  if (options.print) print(config::dump_masked(loaded.config));
  if (!context.globals.json) {
    print_line(fmt::format("{}: good. {} mailboxes, {} queues.", file.string(), loaded.config.mailboxes.size(),
                           loaded.config.queues.size()));
  }
  return ExitCode::ok;
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("check", "Is the configuration right? Touches no server");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("MAILBOX", options->mailboxes, "These mailboxes (default: all)");
  command->add_flag("--print", options->print, "Print the configuration as understood, secrets masked");
  command->callback([&context, options] {
    context.action = [&context, options] {
      context.apply_logging("warning");
      return check_offline(context, *options);
    };
  });
}

}  // namespace poller::cli
