// `poller --once`: one pass over every mailbox.
#include <fmt/format.h>

#include <functional>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "cli/advice.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/last_moment.h"
#include "cli/progress.h"
#include "cli/sessions.h"
#include "cli/stop_signal.h"
#include "cli/views.h"
#include "intake/pass.h"
#include "lib/curl/transport.h"
#include "outbound/answers.h"
#include "outbound/runner.h"
#include "parsers/charset.h"
#include "service/disk_room.h"
#include "service/error_word.h"
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
  log::error(error.what(), {{"mailbox", mailbox.name}, {"kind", error_word(error)}});
  const std::string advice = advice_of(error);
  if (!advice.empty()) log::error("advice: " + advice, {{"mailbox", mailbox.name}});
}

struct Round {
  Context& context;
  Sessions& sessions;
  std::stop_token stop;
  ExitCode code = ExitCode::ok;
  bool store_failed = false;  // nothing more may be settled
  bool said_no_room = false;

  /// Whether there is room for more mail; where not, that is said once and counts for the exit code.
  bool has_room() {
    if (context.globals.dry_run) return true;
    const auto trouble = too_little_room(context.configuration().sqlite_path);
    if (!trouble) return true;
    note(*trouble);
    if (!std::exchange(said_no_room, true)) {
      log::error(trouble->what(), {{"kind", to_string(trouble->kind())}});
      log::error("advice: " + trouble->advice());
    }
    return false;
  }

  void note(const Error& error) {
    code = worse(code, exit_code_of(error.kind()));
    store_failed = store_failed || error.kind() == ErrorKind::storage;
  }
  [[nodiscard]] bool wants(const config::Mailbox& mailbox) const {
    return context.globals.mailbox.empty() || mailbox.name == context.globals.mailbox;
  }
  [[nodiscard]] bool is_over() const { return store_failed || stop.stop_requested(); }
};

// A server that has asked to be left alone is, whoever calls: each call in between makes it ask for longer.
bool must_wait(Round& round, const config::Mailbox& mailbox) {
  const auto status = round.context.store().mailbox_status(mailbox.name);
  const auto until = status ? asked_to_wait_until(*status, system_clock().unix_now()) : std::nullopt;
  if (!until) return false;
  const std::string why = "the server has asked to wait until " + rfc3339(*until);
  log::warning("mailbox " + mailbox.name + ": " + why, {{"mailbox", mailbox.name}});
  print_summary(round.context, mailbox, {}, "skipped, " + why);
  round.code = worse(round.code, ExitCode::temporary);
  return true;
}

// A server's silence after a signal is no failure of its own.
bool is_kept(const Round& round, const Error& error) {
  if (round.context.globals.dry_run || error.kind() == ErrorKind::storage) return false;
  return !round.stop.stop_requested() || error.kind() == ErrorKind::sign_in || error.kind() == ErrorKind::configuration;
}

void one_mailbox(Round& round, const config::Mailbox& mailbox, AfterCommit& after, const Rules& rules) {
  Context& context = round.context;
  if (must_wait(round, mailbox)) return;
  PassSummary summary;
  std::string failure;
  if (!round.has_room()) return print_summary(context, mailbox, summary, "not fetched, the disk is nearly full");
  std::stop_source end;  // of this pass: a signal, or the room gets short
  const std::stop_callback forward(round.stop, [&end] { end.request_stop(); });
  const auto failed = [&](const Error& error) {
    say(mailbox, error);
    if (is_kept(round, error))
      remember_status(context.store(), mailbox, &error, system_clock().unix_now(), 0, summary.lag_seconds);
    failure = std::string("failed: ") + error.what();
    round.note(error);
  };
  try {
    ProgressBar bar(mailbox.name);
    PassOptions options;
    options.dry_run = context.globals.dry_run;
    options.stop = end.get_token();
    options.after = &after;
    options.rules = &rules;
    options.on_progress = [&bar](const PassProgress& progress) { bar.update(progress); };
    options.on_mail = [&](const MailEvent& event) {
      summary.add(event);
      if (!context.globals.dry_run) log_mail(mailbox, event);
      print_event(context, mailbox, event);
      if (!end.stop_requested() && !round.has_room()) end.request_stop();
    };
    summary = run_pass(context.store(), context.configuration(), mailbox, round.sessions.factory(mailbox),
                       system_clock(), options);
    if (!options.dry_run)
      remember_status(context.store(), mailbox, nullptr, system_clock().unix_now(), 0, summary.lag_seconds);
  } catch (const LeaseHeld& held) {
    log::warning(held.what(), {{"mailbox", mailbox.name}});
    failure = "skipped, another poller is at work on it";
    round.note(held);
  } catch (const Error& error) {
    failed(error);
  } catch (const std::exception& fault) {  // this mailbox's alone: the others have their turn
    failed(Error(ErrorKind::ours, std::string("a fault: ") + fault.what()));
  }
  print_summary(context, mailbox, summary, failure);
}

// The outbox, once, after the passes: what they queued goes out with it.
void send_once(Round& round) {
  Context& context = round.context;
  for (const auto& mailbox : context.configuration().mailboxes) {
    if (!mailbox.smtp || !round.wants(mailbox)) continue;
    if (round.is_over()) return;
    try {
      const auto sender = round.sessions.sender(mailbox);
      outbound::RunOptions options;
      options.stop = round.stop;
      options.sent = [&] { return round.sessions.sent_lookup(mailbox); };
      const auto summary =
          outbound::run_outbox(context.store(), context.configuration(), mailbox, *sender, system_clock(), options);
      const std::string line = sending_line(mailbox.name, summary);
      if (!line.empty() && !context.globals.json) print_line(line);
      round.code = worse(round.code, summary.code);
    } catch (const LeaseHeld& held) {
      log::warning(held.what(), {{"mailbox", mailbox.name}});
      round.note(held);
    } catch (const Error& error) {
      say(mailbox, error);
      round.note(error);
    }
  }
}

// After the passes, before their answers go out; an alert that its mailbox cannot send goes on to the next one.
void tell_and_send(Round& round) {
  Notifier notifier(round.context.configuration(), {});
  Store& store = round.context.store();
  const auto told = [&](const std::function<bool()>& action) {
    try {
      return action();
    } catch (const Error& error) {
      log::error(error.what(), {{"kind", to_string(error.kind())}, {"in", "alerts"}});
      round.note(error);
      return false;
    }
  };
  told([&] {
    notifier.look(store, system_clock().unix_now());
    return true;
  });
  do {
    send_once(round);
  } while (!round.is_over() && told([&] { return notifier.pass_on(store, system_clock().unix_now()); }));
}

}  // namespace

ExitCode once(Context& context) {
  context.apply_logging("info");
  const auto& config = context.configuration();
  load_charsets();  // where they are missing no mail shall be blamed for it
  const bool dry_run = context.globals.dry_run;
  if (!context.globals.mailbox.empty()) (void)context.chosen_mailbox();
  Sessions sessions(config);  // reads the secrets, while we still may
  if (dry_run) {
    context.open_store_for_dry_run();
  } else {
    (void)context.store();
  }
  outbound::Answers answers(config, system_clock());
  const Rules rules(config);
  const StopSignal signal;
  const std::stop_callback hurry(signal.token(), [] { end_waits_at(std::chrono::steady_clock::now() + kFarewells); });
  const LastMoment last_moment(signal.token());
  Round round{context, sessions, signal.token()};
  for (const auto& mailbox : config.mailboxes) {
    if (round.is_over()) break;
    if (round.wants(mailbox)) one_mailbox(round, mailbox, answers, rules);
  }
  if (!dry_run && !round.is_over()) {
    tell_and_send(round);
    if (answers.refused_for_room()) round.code = worse(round.code, ExitCode::temporary);
  }
  if (!dry_run && !round.is_over()) look_after_tokens(config, sessions.tokens());
  // The next call does the rest.
  return round.stop.stop_requested() ? worse(round.code, ExitCode::temporary) : round.code;
}

}  // namespace poller::cli
