// `poller rules test`: what each rule of the configuration says to a mail, without storing it.
#include "intake/rules.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/mail_files.h"
#include "intake/sender_trust.h"
#include "parsers/classify.h"
#include "parsers/mime.h"

namespace poller::cli {
namespace {

std::string rule_place(const config::Place& place) { return fmt::format("{}:{}", place.file, place.line); }

// "subject: (?i)invoice", "header X-Spam-Flag: ^yes"
std::string condition_text(const config::RuleCondition& condition) {
  const std::string header = condition.header.empty() ? "" : " " + condition.header;
  return fmt::format("{}{}: {}", condition.subject, header, condition.pattern);
}

const char* verdict_word(const RuleVerdict& verdict) {
  if (!verdict.tried) return "not tried";
  return verdict.hit ? "hit" : "miss";
}

Json rule_json(const std::string& file, const config::Rule& rule, const RuleVerdict& verdict) {
  Json line{{"file", file},
            {"rule", verdict.rule + 1},
            {"place", rule_place(rule.place)},
            {"verdict", verdict_word(verdict)},
            {"hit", verdict.hit},
            {"actions", describe_rule(rule)}};
  line["failed"] = verdict.failed ? Json(condition_text(rule.when[*verdict.failed])) : Json(nullptr);
  return line;
}

std::string rule_line(const config::Rule& rule, const RuleVerdict& verdict) {
  std::string line = fmt::format("  rule {} ({}): {}", verdict.rule + 1, rule_place(rule.place), verdict_word(verdict));
  if (!verdict.tried) {
    line += ", because an earlier rule had stop";
  } else if (verdict.hit) {
    line += ": " + describe_rule(rule);
  } else if (verdict.failed) {
    line += ", it does not fit " + condition_text(rule.when[*verdict.failed]);
  }
  return text::escape_controls(line);
}

Json outcome_json(const RuleOutcome& out) {
  const auto word = [](const std::optional<std::string>& value) { return value ? Json(*value) : Json(nullptr); };
  return {{"queue", word(out.queue)}, {"status", word(out.status)},       {"priority", word(out.priority)},
          {"tags", out.tags},         {"requester", word(out.requester)}, {"assignee", word(out.assignee)},
          {"drop", out.drop},         {"quarantine", out.quarantine},     {"no_answer", out.no_answer}};
}

std::string outcome_line(const RuleOutcome& out) {
  const std::string actions = describe_actions(out);
  return text::escape_controls("  together: " + (actions.empty() ? std::string("nothing") : actions));
}

void test_mail(const Context& context, const config::Config& config, const Rules& rules, const InputMail& input,
               const config::Mailbox& mailbox) {
  const Mail mail = parse_mail(input.bytes);
  const RuleOutcome out =
      rules.apply(mail, classify(mail, input.bytes), {mailbox.name, to_string(judge_sender(mail, mailbox).trust)});
  const std::string file = text::to_valid_utf8(input.file);
  if (!context.globals.json) print_line(text::escape_controls(file) + ":");
  for (const RuleVerdict& verdict : out.verdicts) {
    const config::Rule& rule = config.rules[verdict.rule];
    print_line(context.globals.json ? to_line(rule_json(file, rule, verdict)) : rule_line(rule, verdict));
  }
  print_line(context.globals.json ? to_line({{"file", file}, {"outcome", outcome_json(out)}}) : outcome_line(out));
}

ExitCode test_rules(Context& context, const std::vector<std::string>& paths) {
  const config::Config& config = context.configuration();
  const config::Mailbox& mailbox = context.chosen_mailbox();
  const Rules rules(config);
  if (config.rules.empty()) log::say(LogLevel::warning, "poller: the configuration has no rules");
  return for_each_mail_file(paths, [&](const InputMail& input, bool is_mail) {
    if (is_mail) test_mail(context, config, rules, input, mailbox);
  });
}

}  // namespace

void add_rules(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("rules", "Try the configuration's rules on mail files: rules test FILE.eml");
  command->require_subcommand(1);
  auto* test = command->add_subcommand("test", "Each rule's verdict on each mail, and what they ask for together");
  test->fallthrough();
  auto paths = std::make_shared<std::vector<std::string>>();
  test->add_option("FILE", *paths, "Mail files, folders, Maildirs, .mbox files, or - for standard input")->required();
  test->footer(
      "\nNothing is stored. --mailbox NAME says whose mail it is (default: the first mailbox's), for conditions on "
      "`mailbox`.");
  test->callback([&context, paths] {
    context.action = [&context, paths] {
      context.apply_logging("warning");
      return test_rules(context, *paths);
    };
  });
}

}  // namespace poller::cli
