// `poller --once`: one pass over every mailbox.
#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/sessions.h"
#include "cli/stop_signal.h"
#include "cli/views.h"
#include "intake/pass.h"
#include "service/mail_log.h"
#include "service/mailbox_status.h"
#include "service/token_care.h"

namespace poller::cli {
namespace {

void print_event(const Context& context, const config::Mailbox& mailbox, const MailEvent& event) {
  if (!context.globals.json) {
    if (context.globals.dry_run) print_line(event_line(event));
    return;
  }
  Json line;
  line["mailbox"] = mailbox.name;
  switch (mailbox.protocol) {
    case config::Protocol::imap:
      line["uidvalidity"] = event.source.uidvalidity;
      line["uid"] = event.source.uid;
      break;
    case config::Protocol::pop3:
      line["uidl"] = event.source.uidl;
      break;
    case config::Protocol::directory:
      line["file"] = event.file;
      break;
  }
  add_placement(line, event);
  print_line(to_line(line));
}

void print_summary(const Context& context, const config::Mailbox& mailbox, const PassSummary& summary) {
  if (context.globals.json) {
    print_line(to_line({{"mailbox", mailbox.name}, {"summary", summary_json(summary)}}));
  } else {
    print_line(summary_line(mailbox.name, summary, context.globals.dry_run));
  }
}

ExitCode one_mailbox(Context& context, Sessions& sessions, const config::Mailbox& mailbox,
                     const std::stop_token& stop) {
  PassSummary summary;
  ExitCode code = ExitCode::ok;
  try {
    ProgressBar bar(mailbox.name);
    PassOptions options;
    options.dry_run = context.globals.dry_run;
    options.stop = stop;
    options.on_progress = [&bar](const PassProgress& progress) { bar.update(progress); };
    options.on_mail = [&](const MailEvent& event) {
      summary.add(event);
      if (!context.globals.dry_run) log_mail(mailbox, event);
      print_event(context, mailbox, event);
    };
    summary =
        run_pass(context.store(), context.configuration(), mailbox, sessions.factory(mailbox), system_clock(), options);
    if (!options.dry_run)
      remember_status(context.store(), mailbox, nullptr, system_clock().unix_now(), 0, summary.lag_seconds);
  } catch (const LeaseHeld& held) {
    log::warning(held.what(), {{"mailbox", mailbox.name}});
    code = exit_code_of(held.kind());
  } catch (const Error& error) {
    log::error(error.what(), {{"mailbox", mailbox.name}, {"kind", to_string(error.kind())}});
    if (!error.advice().empty()) log::error("advice: " + error.advice(), {{"mailbox", mailbox.name}});
    if (!context.globals.dry_run)
      remember_status(context.store(), mailbox, &error, system_clock().unix_now(), 0, summary.lag_seconds);
    code = exit_code_of(error.kind());
  }
  print_summary(context, mailbox, summary);
  return code;
}

}  // namespace

ExitCode once(Context& context) {
  context.apply_logging("info");
  const auto& config = context.configuration();
  if (!context.globals.mailbox.empty()) (void)context.chosen_mailbox();
  Sessions sessions(config);  // reads the secrets, while we still may
  if (context.globals.dry_run) {
    context.open_store_for_dry_run();
  } else {
    (void)context.store();
  }
  const StopSignal signal;
  ExitCode code = ExitCode::ok;
  for (const auto& mailbox : config.mailboxes) {
    if (!context.globals.mailbox.empty() && mailbox.name != context.globals.mailbox) continue;
    if (signal.token().stop_requested()) break;
    code = worse(code, one_mailbox(context, sessions, mailbox, signal.token()));
    if (code == ExitCode::storage) break;  // nothing more may be settled
  }
  if (!context.globals.dry_run && code != ExitCode::storage) look_after_tokens(config, sessions.tokens());
  return code;
}

}  // namespace poller::cli
