#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/counted.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/check_steps.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/load_configuration.h"
#include "intake/rules.h"
#include "oauth/client_proof.h"
#include "oauth/vault_modes.h"
#include "outbound/answers.h"

namespace poller::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> mailboxes;
  bool print = false;
  bool online = false;
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

// The day is the secret's last. Nothing refuses to run for it: the day may be wrong, and the secret another by now.
void warn_of_ended_secrets(const Context& context, const config::Config& config) {
  const auto today = std::chrono::floor<std::chrono::days>(system_clock().now());
  for (const auto& mailbox : config.mailboxes) {
    const auto& day = mailbox.oauth.client_secret_expires;
    if (!config::needs_token(mailbox) || !day || *day >= today) continue;
    report(context, {config::Complaint::Severity::warning, mailbox.place,
                     fmt::format("mailboxes[{}].oauth.client_secret_expires: that day is past: the app's owner creates "
                                 "a new secret or certificate, and the operator puts it in place and corrects the day",
                                 mailbox.name)});
  }
}

// The files that the configuration names. Whoever runs this may lack what the service can read: that warns.
bool check_what_is_named(const Context& context, const config::Config& config) {
  for (auto& complaint : config::check_files(config)) {
    if (complaint.text.starts_with("answers.")) continue;  // read below, whole
    complaint.severity = config::Complaint::Severity::warning;
    report(context, complaint);
  }
  for (const auto& open : oauth::open_to_others(config)) {
    report(context, {config::Complaint::Severity::warning,
                     {config.file.string(), 0, 0},
                     fmt::format("vault.path: {}. {}", open.text, open.advice)});
  }
  warn_of_ended_secrets(context, config);
  for (const auto& doubt : find_rule_doubts(config)) {
    report(context, {config::Complaint::Severity::warning, doubt.place, doubt.text});
  }
  bool good = true;
  for (const auto& mailbox : config.mailboxes) {
    if (!config::needs_token(mailbox)) continue;
    const auto fault = oauth::certificate_fault(mailbox.oauth, system_clock().unix_now());
    if (!fault) continue;
    good = false;
    report(context, {config::Complaint::Severity::error, mailbox.oauth.certificate_key_place,
                     fmt::format("mailboxes[{}].{}{}{}", mailbox.name, fault->what(),
                                 fault->advice().empty() ? "" : ". ", fault->advice())});
  }
  const auto faults = outbound::template_faults(config.answers);
  for (const auto& fault : faults) {
    report(context, {config::Complaint::Severity::error,
                     {config.file.string(), 0, 0},
                     fmt::format("{}{}{}", fault.what(), fault.advice().empty() ? "" : ". ", fault.advice())});
  }
  return good && faults.empty();
}

ExitCode check_offline(Context& context, const CheckOptions& options) {
  const auto file = config::find_config_file(context.globals.config_file);
  const config::Loaded loaded = load_configuration(file);
  for (const auto& complaint : loaded.complaints) report(context, complaint);
  for (const auto& name : options.mailboxes) {
    if (config::find_mailbox(loaded.config, name) == nullptr) {
      throw Error(ErrorKind::usage, fmt::format("there is no mailbox named \"{}\"", name));
    }
  }
  if (!loaded.ok()) return ExitCode::configuration;
  if (!check_what_is_named(context, loaded.config)) return ExitCode::configuration;
  if (options.print) print(config::dump_masked(loaded.config));
  if (!context.globals.json) {
    print_line(fmt::format("{}: good. {}, {}.", file.string(),
                           counted(loaded.config.mailboxes.size(), "mailbox", "mailboxes"),
                           counted(loaded.config.queues.size(), "queue")));
  }
  return ExitCode::ok;
}

// All is well now, but what `poller status` tells is of the last poll: who has just mended something should hear when
// that changes. A running poller knows its secrets and settings from when it was started.
std::string note_on_status(Context& context, const config::Mailbox& mailbox, const MailboxCheck& check) {
  if (check.code != ExitCode::ok || !std::filesystem::exists(context.configuration().sqlite_path)) return {};
  try {
    const auto status = context.store_read_only().mailbox_status(mailbox.name);
    if (!status || (status->state != "sign-in needed" && status->state != "error")) return {};
    return fmt::format(
        "`poller status` says \"{}\" until the next poll. A running poller polls at once, with the configuration as it "
        "is now, after `systemctl reload poller` (SIGHUP); without one, `poller --once` does.",
        status->state);
  } catch (const Error&) {
    return {};  // whoever checks may not read the storage
  }
}

Json steps_json(const config::Mailbox& mailbox, const MailboxCheck& check, const std::string& note) {
  Json steps = Json::array();
  for (const CheckStep& s : check.steps) {
    const double seconds = std::round(s.seconds * 1000) / 1000;
    steps.push_back({{"step", s.step},
                     {"ok", s.ok},
                     {"seconds", seconds},
                     {"detail", s.detail},
                     {"advice", s.advice.empty() ? Json(nullptr) : Json(s.advice)}});
  }
  return {{"mailbox", mailbox.name}, {"steps", std::move(steps)}, {"note", note.empty() ? Json(nullptr) : Json(note)}};
}

void print_steps(const config::Mailbox& mailbox, const MailboxCheck& check, const std::string& note) {
  print_line(mailbox.name);
  for (const CheckStep& s : check.steps) {
    print_line(fmt::format("  {:<4} {:<12} {:>6.2f} s  {}", s.ok ? "ok" : "FAIL", s.step, s.seconds,
                           text::escape_controls(s.detail)));
    if (!s.advice.empty()) print_line("       " + text::escape_controls(s.advice));
  }
  if (!note.empty()) print_line("  note " + note);
}

ExitCode check_online(Context& context, const CheckOptions& options) {
  const auto& config = context.configuration();
  std::vector<const config::Mailbox*> chosen;
  for (const auto& name : options.mailboxes) {
    context.globals.mailbox = name;
    chosen.push_back(&context.chosen_mailbox());
  }
  if (chosen.empty()) {
    for (const auto& mailbox : config.mailboxes) chosen.push_back(&mailbox);
  }
  OnlineCheck online(config);  // reads the secrets, while we still may
  context.drop_privileges();
  ExitCode code = ExitCode::ok;
  for (const config::Mailbox* mailbox : chosen) {
    const MailboxCheck check = online.run(*mailbox);
    const std::string note = note_on_status(context, *mailbox, check);
    if (context.globals.json) {
      print_line(to_line(steps_json(*mailbox, check, note)));
    } else {
      print_steps(*mailbox, check, note);
    }
    std::fflush(stdout);
    code = worse(code, check.code);
  }
  return code;
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("check", "Is the configuration right? With --online: do the servers let us in?");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("MAILBOX", options->mailboxes, "These mailboxes (default: all)");
  command->add_flag(
      "--online", options->online,
      "Test the connection: token, scopes, connect, TLS, sign-in, folder, and the same for SMTP. Changes no "
      "mail; without it no server is touched");
  command->add_flag("--print", options->print, "Print the configuration as understood, secrets masked");
  command->callback([&context, options] {
    context.action = [&context, options] {
      context.apply_logging("warning");
      return options->online ? check_online(context, *options) : check_offline(context, *options);
    };
  });
}

}  // namespace poller::cli
