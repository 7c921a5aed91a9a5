#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/views.h"
#include "intake/replay.h"
#include "parsers/classify.h"
#include "parsers/mime.h"

namespace poller::cli {
namespace {

ExitCode inspect(const Context& context, const std::vector<std::string>& paths) {
  ExitCode code = ExitCode::ok;
  read_inputs(
      paths, {},
      [&](InputMail&& input) {
        if (!looks_like_mail(input.bytes)) {
          std::fprintf(stderr, "poller: %s: this is no mail\n", text::escape_controls(input.file).c_str());
          code = worse(code, ExitCode::no_mail);
        }
        const Mail mail = parse_mail(input.bytes);
        const Verdict verdict = classify(mail, input.bytes);
        if (context.globals.json) {
          Json line;
          line["file"] = text::to_valid_utf8(input.file);
          const Json fields = mail_json(mail, verdict);
          for (const auto& [key, value] : fields.items()) line[key] = value;
          print_line(to_line(line));
        } else {
          print(describe_mail(input.file, mail, verdict));
        }
        return true;
      },
      [&](const InputProblem& problem) {
        std::fprintf(stderr, "poller: %s\n", text::escape_controls(problem.text).c_str());
        code = worse(code, ExitCode::no_input);
      });
  return code;
}

}  // namespace

void add_inspect(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("inspect", "Parse mails and show what is in them; stores nothing, needs no configuration");
  auto paths = std::make_shared<std::vector<std::string>>();
  command->add_option("PATH", *paths, "Mail files, folders, Maildirs, .mbox files, or - for standard input")
      ->required();
  command->callback([&context, paths] {
    context.action = [&context, paths] {
      context.apply_logging("warning");
      return inspect(context, *paths);
    };
  });
}

}  // namespace poller::cli
