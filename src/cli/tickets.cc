#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "cli/views.h"
#include "parsers/address_key.h"

namespace poller::cli {
namespace {

struct TicketsOptions {
  TicketFilter filter;
  std::string since;
};

void refuse_bad_filter(Context& context, const TicketFilter& filter) {
  if (filter.limit && *filter.limit < 0) throw Error(ErrorKind::usage, "--limit wants a number of tickets, 0 or more");
  if (!filter.queue || config::find_queue(context.configuration(), *filter.queue) != nullptr) return;
  // Tickets of a queue that was taken out of the configuration are still there.
  TicketFilter any = {};
  any.queue = filter.queue;
  any.limit = 1;
  bool found = false;
  context.store_read_only().for_each_ticket(any, [&found](const Ticket&) { found = true; });
  if (found) return;
  throw Error(ErrorKind::usage, fmt::format("there is no queue \"{}\"", text::escape_controls(*filter.queue)),
              "The configuration's `queues` lists them.");
}

// One person's address is written in several ways, and every ticket keeps it as it came.
void find_spellings(Store& store, TicketFilter& filter) {
  if (!filter.requester) return;
  store.for_each_requester([&filter](const std::string& address) {
    if (same_address(address, *filter.requester) && !text::iequals(address, *filter.requester)) {
      filter.other_spellings.push_back(address);
    }
  });
}

ExitCode list_tickets(Context& context, TicketsOptions& options) {
  if (!options.since.empty()) {
    UnixTime since = 0;
    if (!parse_rfc3339(options.since, since)) {
      throw Error(ErrorKind::usage, "--since wants a time", "Write 2026-11-24 or 2026-11-24T08:00:00Z.");
    }
    options.filter.since = since;
  }
  refuse_bad_filter(context, options.filter);
  find_spellings(context.store_read_only(), options.filter);
  bool any = false;
  context.store_read_only().for_each_ticket(options.filter, [&](const Ticket& ticket) {
    if (context.globals.json) {
      print_line(to_line(ticket_json(ticket)));
    } else {
      if (!any) print_line(ticket_header_line());
      print_line(ticket_line(ticket));
    }
    any = true;
  });
  if (!any && !context.globals.json) print_line("no tickets");
  return ExitCode::ok;
}

}  // namespace

void add_tickets(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("tickets", "List tickets, the one changed last first");
  auto options = std::make_shared<TicketsOptions>();
  command->add_option("--queue", options->filter.queue, "Of this queue")->type_name("QUEUE");
  command->add_option("--status", options->filter.status, "In this status")
      ->type_name("STATUS")
      ->check(CLI::IsMember({"new", "open", "pending", "closed", "spam", "merged"}));
  command->add_option("--requester", options->filter.requester, "Of this address")->type_name("ADDRESS");
  command->add_option("--since", options->since, "Changed at or after this time")->type_name("TIME");
  command->add_option("--limit", options->filter.limit, "At most so many")->type_name("N");
  command->callback([&context, options] {
    context.action = [&context, options] {
      context.apply_logging("warning");
      return list_tickets(context, *options);
    };
  });
}

void add_show(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("show", "Show one ticket whole: its messages, oldest first, and their attachments");
  auto argument = std::make_shared<std::string>();
  command->add_option("TICKET", *argument, "Its id or its number")->required();
  command->callback([&context, argument] {
    context.action = [&context, argument] {
      context.apply_logging("warning");
      Store& store = context.store_read_only();
      const Ticket ticket = find_ticket(store, *argument);
      if (context.globals.json) {
        print_line(to_line(ticket_with_messages_json(store, ticket)));
      } else {
        print(describe_ticket(store, ticket));
      }
      return ExitCode::ok;
    };
  });
}

}  // namespace poller::cli
