// Every subcommand adds itself to the command line: its options, its help, its action.
#pragma once

#include <CLI/App.hpp>

#include "cli/context.h"

namespace poller::cli {

void add_run(CLI::App& app, Context& context);
void add_replay(CLI::App& app, Context& context);
void add_inspect(CLI::App& app, Context& context);
void add_login(CLI::App& app, Context& context);
void add_logout(CLI::App& app, Context& context);
void add_vault(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_status(CLI::App& app, Context& context);
void add_tickets(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_save(CLI::App& app, Context& context);
void add_set(CLI::App& app, Context& context);
void add_merge(CLI::App& app, Context& context);
void add_note(CLI::App& app, Context& context);
void add_split(CLI::App& app, Context& context);
void add_reparse(CLI::App& app, Context& context);
void add_rules(CLI::App& app, Context& context);
void add_explain(CLI::App& app, Context& context);
void add_quarantine(CLI::App& app, Context& context);
void add_reply(CLI::App& app, Context& context);
void add_outbox(CLI::App& app, Context& context);
void add_keys(CLI::App& app, Context& context);
void add_db(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);

/// `poller --once`.
ExitCode once(Context& context);
/// `poller run`.
ExitCode daemon(Context& context);

}  // namespace poller::cli
