#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/json.h"

namespace poller::cli {
namespace {

constexpr std::size_t kBlock = 500;

ExitCode export_tickets(Context& context, std::int64_t since) {
  Store& store = context.store_read_only();
  for (;;) {
    const auto changed = store.changed_since(since, kBlock);
    if (changed.empty()) return ExitCode::ok;
    for (const auto& [id, sequence] : changed) {
      if (const auto ticket = store.ticket(id)) {
        Json line = ticket_with_messages_json(store, *ticket);
        line["sequence"] = sequence;
        print_line(to_line(line));
      }
      since = sequence;
    }
  }
}

}  // namespace

void add_export(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("export", "Tickets with their messages as JSON Lines, in the order of their last change");
  auto since = std::make_shared<std::int64_t>(0);
  command->add_option("--since", *since, "Only what changed after this `sequence`")
      ->type_name("SEQUENCE")
      ->check(CLI::NonNegativeNumber);
  command->callback([&context, since] {
    context.action = [&context, since] {
      context.apply_logging("warning");
      return export_tickets(context, *since);
    };
  });
}

}  // namespace poller::cli
