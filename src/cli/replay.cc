#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "cli/views.h"
#include "intake/replay.h"
#include "outbound/answers.h"
#include "parsers/charset.h"

namespace poller::cli {
namespace {

ExitCode replay_files(Context& context, const std::vector<std::string>& paths, bool answer) {
  const auto& mailbox = context.chosen_mailbox();
  load_charsets();  // where they are missing no mail shall be blamed for it
  Store& store = context.globals.dry_run ? context.open_store_for_dry_run() : context.store();
  const StopSignal signal;
  ProgressBar bar("replay");
  PassOptions options;
  options.dry_run = context.globals.dry_run;
  options.stop = signal.token();
  outbound::Answers answers(context.configuration(), system_clock(), {answer});
  options.after = &answers;
  const Rules rules(context.configuration());
  options.rules = &rules;
  options.on_progress = [&bar](const PassProgress& progress) { bar.update(progress); };
  PassSummary so_far;
  options.on_mail = [&](const MailEvent& event) {
    so_far.add(event);
    if (!context.globals.json) {
      print_line(event_line(event));
      return;
    }
    Json line;
    line["file"] = event.file;
    add_placement(line, event);
    print_line(to_line(line));
  };
  const auto print_summary = [&context](const PassSummary& summary) {
    print_line(context.globals.json ? to_line({{"summary", summary_json(summary)}})
                                    : summary_line("replay", summary, context.globals.dry_run));
  };
  try {
    const ReplayResult result = replay(store, context.configuration(), mailbox, paths, system_clock(), options);
    print_summary(result.summary);
    return result.code;
  } catch (const Error&) {
    print_summary(so_far);  // what is committed
    throw;
  }
}

}  // namespace

void add_replay(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "replay", "Feed mail files through the same pipeline as --once; answers nothing unless told so");
  auto paths = std::make_shared<std::vector<std::string>>();
  command->add_option("PATH", *paths, "Mail files, folders, Maildirs, mbox files, or - for standard input")->required();
  auto answer = std::make_shared<bool>(false);
  command->add_flag("--answer", *answer, "Answer new tickets, by the configuration's `answers` and their max_age");
  command->callback([&context, paths, answer] {
    context.action = [&context, paths, answer] {
      context.apply_logging("warning");
      return replay_files(context, *paths, *answer);
    };
  });
}

}  // namespace poller::cli
