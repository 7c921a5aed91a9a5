#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"

namespace poller::cli {
namespace {

ExitCode explain(Context& context, const std::string& argument) {
  Store& store = context.store_read_only();
  const auto message = store.message(parse_id(argument, "message id"));
  if (!message) {
    throw Error(ErrorKind::usage, fmt::format("there is no message {}", argument),
                "`poller show TICKET` prints the ids.");
  }
  const Json decision = Json::parse(store.decision_json(message->id), nullptr, false);
  if (context.globals.json) {
    Json line{{"message", message->id}, {"ticket", message->ticket == 0 ? Json(nullptr) : Json(message->ticket)}};
    line["decision"] = decision.is_discarded() ? Json(nullptr) : decision;
    print_line(to_line(line));
    return ExitCode::ok;
  }
  print_line(fmt::format("message {} from {} is in {}:", message->id,
                         text::escape_controls(message->mail.from ? message->mail.from->address : "(nobody)"),
                         message->ticket == 0 ? std::string("no ticket") : fmt::format("ticket {}", message->ticket)));
  if (decision.is_object() && decision.contains("reasons")) {
    for (const auto& reason : decision["reasons"]) print_line("  " + text::escape_controls(reason.get<std::string>()));
  }
  return ExitCode::ok;
}

}  // namespace

void add_explain(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("explain", "Why a mail ended where it did: every signal, in order");
  auto argument = std::make_shared<std::string>();
  command->add_option("MESSAGE", *argument, "A message id, as `show` prints it")->required();
  command->callback([&context, argument] {
    context.action = [&context, argument] {
      context.apply_logging("warning");
      return explain(context, *argument);
    };
  });
}

}  // namespace poller::cli
