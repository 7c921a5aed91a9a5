// `poller reparse`: what today's parsers and rules make of the mails that are stored.
#include "intake/reparse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"

namespace poller::cli {
namespace {

std::string marked(char mark, const std::string& value) {
  std::string out;
  for (const auto line : text::split(value, '\n')) out += fmt::format("    {} {}\n", mark, text::escape_controls(line));
  return out;
}

std::string difference_text(Store& store, const MailDifference& difference) {
  const auto ticket = store.ticket(difference.ticket);
  std::string out = fmt::format("{}, message {}\n", ticket ? ticket->number : "no ticket", difference.message);
  for (const auto& field : difference.fields) {
    out += fmt::format("  {}\n{}{}", field.field, marked('-', field.before), marked('+', field.after));
  }
  for (const auto& rule : difference.rules) {
    out += text::escape_controls(fmt::format("  rules would now say {}", rule)) + "\n";
  }
  return out;
}

Json difference_json(const MailDifference& difference) {
  Json line{{"message", difference.message}};
  line["ticket"] = difference.ticket == 0 ? Json(nullptr) : Json(difference.ticket);
  line["fields"] = Json::array();
  for (const auto& field : difference.fields) {
    line["fields"].push_back({{"field", field.field}, {"before", field.before}, {"after", field.after}});
  }
  line["rules"] = difference.rules;
  return line;
}

std::string reparse_line(const ReparseSummary& s, bool dry_run) {
  std::string out = fmt::format("{} mails read again: {} {} in {} tickets", s.mails, s.changed,
                                dry_run ? "would change" : "changed", s.tickets);
  if (s.by_rules > 0) out += fmt::format("; today's rules would have decided otherwise on {}", s.by_rules);
  if (s.without_bytes > 0) out += fmt::format("; {} without bytes (retention.raw)", s.without_bytes);
  return out;
}

ExitCode run_reparse(Context& context, const std::string& since) {
  ReparseOptions options;
  options.dry_run = context.globals.dry_run;
  options.who = current_user();
  if (!since.empty() && !parse_rfc3339(since, options.since)) {
    throw Error(ErrorKind::usage, "--since wants a time", "Write 2026-11-24 or 2026-11-24T08:00:00Z.");
  }
  const config::Config& config = context.configuration();
  Store& store = options.dry_run ? context.store_read_only() : context.store();
  options.on_difference = [&](const MailDifference& difference) {
    if (context.globals.json) {
      print_line(to_line(difference_json(difference)));
    } else {
      print(difference_text(store, difference));
    }
  };
  const ReparseSummary summary = reparse(store, config, system_clock(), options);
  if (context.globals.json) {
    print_line(to_line({{"summary",
                         {{"mails", summary.mails},
                          {"changed", summary.changed},
                          {"by_rules", summary.by_rules},
                          {"without_bytes", summary.without_bytes},
                          {"tickets", summary.tickets},
                          {"dry_run", options.dry_run}}}}));
  } else {
    print_line(reparse_line(summary, options.dry_run));
  }
  return ExitCode::ok;
}

}  // namespace

void add_reparse(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("reparse", "Read stored mails anew with today's parsers and rules; show a diff");
  auto since = std::make_shared<std::string>();
  command->add_option("--since", *since, "Only mails received at or after this time")->type_name("TIME");
  command->footer(
      "\n--dry-run shows what would change and changes nothing. Without it what is derived from the mails' bytes is "
      "written\nanew (subject, addresses, texts, attachments, kind). No mail changes its ticket, and what today's "
      "rules "
      "would say to a\nticket is shown, never done.");
  command->callback([&context, since] {
    context.action = [&context, since] {
      context.apply_logging("warning");
      return run_reparse(context, *since);
    };
  });
}

}  // namespace poller::cli
