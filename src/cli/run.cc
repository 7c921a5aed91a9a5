// `poller run`, and `poller` alone: the daemon.
#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/sessions.h"
#include "cli/stop_signal.h"
#include "lib/curl/transport.h"
#include "oauth/sign_in_mark.h"
#include "service/mail_log.h"
#include "service/scheduler.h"

namespace poller::cli {
namespace {

constexpr std::chrono::seconds kFarewells{20};  // once we are to stop, no server is waited for longer

}  // namespace

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
  hooks.sign_in_mark = [&config](const config::Mailbox& mailbox) { return oauth::sign_in_mark(config, mailbox); };
  const std::stop_callback hurry(signal.token(), [] { end_waits_at(std::chrono::steady_clock::now() + kFarewells); });
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
