// `poller --once`: one pass over every mailbox.
#include <fmt/format.h>

#include <functional>

#include "base/error.h"
#include "base/log.h"
#include "cli/advice.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/sessions.h"
#include "cli/stop_signal.h"
#include "cli/views.h"
#include "intake/pass.h"
#include "outbound/answers.h"
#include "outbound/runner.h"
#include "service/mail_log.h"
#include "service/mailbox_status.h"
#include "service/notify.h"
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

void print_summary(const Context& context, const config::Mailbox& mailbox, const PassSummary& summary,
                   const std::string& failure) {
  if (context.globals.json) {
    print_line(to_line({{"mailbox", mailbox.name}, {"summary", summary_json(summary)}}));
  } else if (!failure.empty() && summary.mails == 0) {
    print_line(mailbox.name + ": " + failure);  // "nothing new" would be more than is known
  } else {
    print_line(summary_line(mailbox.name, summary, context.globals.dry_run));
  }
}

void say(const config::Mailbox& mailbox, const Error& error) {
  log::error(error.what(), {{"mailbox", mailbox.name}, {"kind", to_string(error.kind())}});
  const std::string advice = advice_of(error);
  if (!advice.empty()) log::error("advice: " + advice, {{"mailbox", mailbox.name}});
}

ExitCode one_mailbox(Context& context, Sessions& sessions, const config::Mailbox& mailbox, AfterCommit& after,
                     const Rules& rules, const std::stop_token& stop) {
  PassSummary summary;
  ExitCode code = ExitCode::ok;
  std::string failure;
  try {
    ProgressBar bar(mailbox.name);
    PassOptions options;
    options.dry_run = context.globals.dry_run;
    options.stop = stop;
    options.after = &after;
    options.rules = &rules;
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
    failure = "skipped, another poller is at work on it";
    code = exit_code_of(held.kind());
  } catch (const Error& error) {
    say(mailbox, error);
    if (!context.globals.dry_run && error.kind() != ErrorKind::storage)
      remember_status(context.store(), mailbox, &error, system_clock().unix_now(), 0, summary.lag_seconds);
    failure = std::string("failed: ") + error.what();
    code = exit_code_of(error.kind());
  }
  print_summary(context, mailbox, summary, failure);
  return code;
}

// The outbox, once, after the passes: what they queued goes out with it.
ExitCode send_once(Context& context, Sessions& sessions, const std::stop_token& stop) {
  ExitCode code = ExitCode::ok;
  for (const auto& mailbox : context.configuration().mailboxes) {
    if (!mailbox.smtp || stop.stop_requested()) continue;
    if (!context.globals.mailbox.empty() && mailbox.name != context.globals.mailbox) continue;
    try {
      const auto sender = sessions.sender(mailbox);
      outbound::RunOptions options;
      options.stop = stop;
      options.sent = [&] { return sessions.sent_lookup(mailbox); };
      const auto summary =
          outbound::run_outbox(context.store(), context.configuration(), mailbox, *sender, system_clock(), options);
      const std::string line = sending_line(mailbox.name, summary);
      if (!line.empty() && !context.globals.json) print_line(line);
      code = worse(code, summary.code);
    } catch (const Error& error) {
      say(mailbox, error);
      code = worse(code, exit_code_of(error.kind()));
      if (error.kind() == ErrorKind::storage) break;
    }
  }
  return code;
}

// After the passes, before their answers go out; an alert that its mailbox cannot send goes on to the next one.
ExitCode tell_and_send(Context& context, Sessions& sessions, const std::stop_token& stop) {
  Notifier notifier(context.configuration(), {});
  Store& store = context.store();
  ExitCode code = ExitCode::ok;
  const auto told = [&](const std::function<bool()>& action) {
    try {
      return action();
    } catch (const Error& error) {
      log::error(error.what(), {{"kind", to_string(error.kind())}, {"in", "alerts"}});
      code = worse(code, exit_code_of(error.kind()));
      return false;
    }
  };
  told([&] {
    notifier.look(store, system_clock().unix_now());
    return true;
  });
  do {
    code = worse(code, send_once(context, sessions, stop));
  } while (code != ExitCode::storage && !stop.stop_requested() &&
           told([&] { return notifier.pass_on(store, system_clock().unix_now()); }));
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
  outbound::Answers answers(config, system_clock());
  const Rules rules(config);
  const StopSignal signal;
  ExitCode code = ExitCode::ok;
  for (const auto& mailbox : config.mailboxes) {
    if (!context.globals.mailbox.empty() && mailbox.name != context.globals.mailbox) continue;
    if (signal.token().stop_requested()) break;
    code = worse(code, one_mailbox(context, sessions, mailbox, answers, rules, signal.token()));
    if (code == ExitCode::storage) break;  // nothing more may be settled
  }
  if (!context.globals.dry_run && code != ExitCode::storage) {
    code = worse(code, tell_and_send(context, sessions, signal.token()));
    if (answers.refused_for_room()) code = worse(code, ExitCode::temporary);
  }
  if (!context.globals.dry_run && code != ExitCode::storage) look_after_tokens(config, sessions.tokens());
  return code;
}

}  // namespace poller::cli
