// `poller set` and `poller merge`: what a person changes on tickets.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "cli/views.h"
#include "outbound/answers.h"

namespace poller::cli {
namespace {

struct SetOptions {
  std::string ticket;
  TicketUpdate update;
};

void print_ticket(const Context& context, Store& store, TicketId id) {
  const auto ticket = store.ticket(id);
  if (!ticket) return;
  print_line(context.globals.json ? to_line(ticket_json(*ticket)) : ticket_line(*ticket));
}

ExitCode set_ticket(Context& context, const SetOptions& options) {
  const TicketUpdate& u = options.update;
  if (!u.status && !u.queue && !u.subject) {
    throw Error(ErrorKind::usage, "nothing to set", "Give --status, --queue or --subject.");
  }
  if (u.subject && u.subject->find_first_not_of(" \t\r\n") == std::string::npos) {
    throw Error(ErrorKind::usage, "an empty subject", "Give --subject a text.");
  }
  if (u.queue && config::find_queue(context.configuration(), *u.queue) == nullptr) {
    throw Error(ErrorKind::usage, fmt::format("there is no queue \"{}\"", *u.queue),
                "The configuration's `queues` lists them.");
  }
  Store& store = context.store();
  auto tx = store.begin();
  const Ticket ticket = find_ticket(store, options.ticket);
  if (ticket.merged_into) {
    throw Error(ErrorKind::usage, fmt::format("{} was merged into another ticket", ticket.number), "Change that one.");
  }
  tx->update_ticket(ticket.id, u, current_user(), system_clock().unix_now());
  if (u.status == "closed" && ticket.status != "closed") {
    outbound::Answers answers(context.configuration(), system_clock());
    if (const auto held = answers.ticket_closed(store, *tx, ticket)) log::info(*held, {{"ticket", ticket.number}});
  }
  tx->commit();
  print_ticket(context, store, ticket.id);
  return ExitCode::ok;
}

ExitCode merge(Context& context, const std::string& from, const std::string& into) {
  Store& store = context.store();
  auto tx = store.begin();
  const TicketId a = store.follow_merges(find_ticket(store, from).id);
  const TicketId b = store.follow_merges(find_ticket(store, into).id);
  if (a == b) throw Error(ErrorKind::usage, "these are one ticket already");
  tx->merge_tickets(a, b, current_user(), system_clock().unix_now());
  tx->commit();
  print_ticket(context, store, b);
  return ExitCode::ok;
}

}  // namespace

void add_set(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("set", "Change a ticket's status, queue or subject");
  auto options = std::make_shared<SetOptions>();
  command->add_option("TICKET", options->ticket, "Its id or its number")->required();
  command->add_option("--status", options->update.status, "new, open, pending or closed")
      ->check(CLI::IsMember({"new", "open", "pending", "closed"}));
  command->add_option("--queue", options->update.queue, "A configured queue")->type_name("QUEUE");
  command->add_option("--subject", options->update.subject, "A new subject")->type_name("TEXT");
  command->callback([&context, options] {
    context.action = [&context, options] {
      context.apply_logging("warning");
      return set_ticket(context, *options);
    };
  });
}

void add_merge(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("merge", "Merge a ticket into another: its messages move there");
  auto from = std::make_shared<std::string>();
  auto into = std::make_shared<std::string>();
  command->add_option("TICKET", *from, "The ticket that ends")->required();
  command->add_option("INTO", *into, "The ticket that stays")->required();
  command->callback([&context, from, into] {
    context.action = [&context, from, into] {
      context.apply_logging("warning");
      return merge(context, *from, *into);
    };
  });
}

}  // namespace poller::cli
