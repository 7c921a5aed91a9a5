// `poller run`, and `poller` alone: the daemon.
#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/sessions.h"
#include "cli/stop_signal.h"
#include "service/mail_log.h"
#include "service/scheduler.h"

namespace poller::cli {

ExitCode daemon(Context& context) {
  context.apply_logging("info");
  const auto& config = context.configuration();
  if (!context.globals.mailbox.empty()) (void)context.chosen_mailbox();
  Sessions sessions(config);  // reads the secrets, while we still may
  (void)context.store();      // creates and migrates before the threads start
  const StopSignal signal;
  SchedulerHooks hooks;
  hooks.open_store = [&config] { return open_sqlite_store(config.sqlite_path.string()); };
  hooks.sessions = [&sessions](const config::Mailbox& mailbox) { return sessions.factory(mailbox); };
  hooks.on_mail = log_mail;
  log::info("poller is running", {{"version", POLLER_VERSION}, {"mailboxes", config.mailboxes.size()}});
  run_scheduler(config, hooks, signal.token(), context.globals.mailbox);
  log::info("poller has stopped");
  return ExitCode::ok;
}

void add_run(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("run", "Poll every mailbox on its schedule until SIGTERM or SIGINT (also: poller alone)");
  command->callback([&context] { context.action = [&context] { return daemon(context); }; });
}

}  // namespace poller::cli
