#include "cli/cli.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/usage.h"

namespace poller::cli {
namespace {

constexpr const char* kDescription =
    "poller turns the mail of help-desk mailboxes (Microsoft 365, any IMAP or POP3 server, folders) into tickets.\n"
    "\n"
    "First steps:\n"
    "  poller inspect mail.eml        what is in a mail file; needs no configuration\n"
    "  poller check                   is the configuration right?\n"
    "  poller login MAILBOX           sign in to a Microsoft 365 or Gmail mailbox\n"
    "  poller --once                  fetch what is new, once\n"
    "  poller tickets                 see the tickets; `poller show TICKET` shows one whole\n";

constexpr const char* kFooter =
    "\nExit codes: 0 done, 64 usage, 65 no mail, 66 no such file, 69 a server cannot be reached, 70 a fault of "
    "poller,\n"
    "74 storage failed, 75 try again later, 77 sign-in needed, 78 configuration.\n";

void add_globals(CLI::App& app, Globals& g) {
  app.add_option("-c,--config", g.config_file,
                 "Configuration file (default ./poller.yaml, then /etc/poller/poller.yaml)")
      ->type_name("FILE");
  app.add_flag("--json", g.json, "Results as JSON, one object a line");
  app.add_flag("--once", g.once, "One pass: fetch every mailbox until nothing new is left, try the outbox once, exit");
  app.add_flag("--dry-run", g.dry_run, "With --once, replay and reparse: show what would happen, change nothing");
  app.add_option("--mailbox", g.mailbox,
                 "With --once and run: this mailbox only. With replay: whose mail the files are")
      ->type_name("NAME");
  app.add_option("--log-level", g.log_level, "trace, debug, info, warning or error")->type_name("LEVEL");
  app.add_option("--log-format", g.log_format, "text or json")->type_name("FORMAT");
  app.set_version_flag("--version", std::string("poller ") + POLLER_VERSION);
}

void complain(const Error& error) {
  log::say(LogLevel::error, fmt::format("poller: {}", error.what()), error.advice(),
           {{"kind", to_string(error.kind())}});
}

// Before the command line is understood, or where it cannot be.
bool asks_for_json_log(int argc, char** argv) {
  constexpr std::string_view kOption = "--log-format";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--log-format=json") return true;
    if (word == kOption && i + 1 < argc && std::string_view(argv[i + 1]) == "json") return true;
  }
  return false;
}

// Whoever asks for a dry run must not get a real one.
void refuse_real_run(const Globals& globals, const CLI::App& app) {
  if (!globals.dry_run || globals.once) return;
  const auto commands = app.get_subcommands();
  const std::string name = commands.empty() ? "run" : commands.front()->get_name();
  if (name == "replay" || name == "reparse") return;
  throw Error(ErrorKind::usage, "--dry-run does not go with `poller " + name + "`",
              "It goes with --once, replay and reparse.");
}

ExitCode dispatch(Context& context, const CLI::App& app) {
  refuse_real_run(context.globals, app);
  if (context.globals.once) {
    if (!app.get_subcommands().empty() && app.get_subcommands().front()->get_name() != "run") {
      throw Error(ErrorKind::usage, "--once stands alone", "Use `poller --once`, without a command.");
    }
    return once(context);
  }
  if (context.action) return context.action();
  return daemon(context);
}

// Mail and tokens must not end up in a core file, nor be readable by others.
void harden_process() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);  // nor by a debugger of the same user
  ::umask(0077);
  ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

int run(int argc, char** argv) {
  harden_process();
  if (asks_for_json_log(argc, argv)) log::set_format(LogFormat::json);
  Context context;
  CLI::App app{kDescription, "poller"};
  app.footer(kFooter);
  app.fallthrough();
  app.require_subcommand(0, 1);
  add_globals(app, context.globals);
  for (const auto add :
       {add_run,     add_replay,  add_inspect,    add_login,  add_logout, add_vault,  add_check, add_status,
        add_tickets, add_show,    add_save,       add_set,    add_merge,  add_split,  add_note,  add_rules,
        add_reparse, add_explain, add_quarantine, add_outbox, add_reply,  add_export, add_keys,  add_db}) {
    add(app, context);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    complain_usage(app, error);
    return static_cast<int>(ExitCode::usage);
  }
  try {
    const ExitCode code = dispatch(context, app);
    if (std::fflush(stdout) != 0) return static_cast<int>(ExitCode::storage);
    return static_cast<int>(code);
  } catch (const Error& error) {
    complain(error);
    return static_cast<int>(exit_code_of(error.kind()));
  } catch (const std::exception& error) {
    log::say(LogLevel::error, fmt::format("poller: a fault of ours: {}", error.what()));
    return static_cast<int>(ExitCode::ours);
  }
}

}  // namespace poller::cli
