#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/mail_files.h"
#include "cli/views.h"
#include "parsers/classify.h"
#include "parsers/mime.h"

namespace poller::cli {
namespace {

ExitCode inspect(const Context& context, const std::vector<std::string>& paths) {
  return for_each_mail_file(paths, [&](const InputMail& input, bool) {
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
  });
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
