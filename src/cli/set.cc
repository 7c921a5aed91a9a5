// `poller set` and `poller merge`: what a person changes on tickets.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "cli/views.h"
#include "outbound/answers.h"
#include "parsers/address_key.h"
#include "parsers/encode_header.h"

namespace poller::cli {
namespace {

struct SetOptions {
  std::string ticket;
  TicketUpdate update;
  std::string requester;
  std::vector<std::string> tags, untags;
};

void print_ticket(const Context& context, Store& store, TicketId id) {
  const auto ticket = store.ticket(id);
  if (!ticket) return;
  print_line(context.globals.json ? to_line(ticket_json(*ticket)) : ticket_line(*ticket));
}

// What the ticket does not say yet.
TicketUpdate update_of(const SetOptions& options, const Ticket& ticket) {
  TicketUpdate out = options.update;
  if (!options.requester.empty() && !same_address(options.requester, ticket.requester.address)) {
    out.requester = Address{{}, options.requester};
  }
  std::vector<std::string> tags = ticket.tags;
  for (const auto& tag : options.tags) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  }
  for (const auto& tag : options.untags) tags.erase(std::remove(tags.begin(), tags.end(), tag), tags.end());
  out.tags = std::move(tags);
  return out;
}

// What stands in lists and on terminals as one word of a person's.
void refuse_controls(const char* option, const std::string& value) {
  if (text::escape_controls(value) == value) return;
  throw Error(ErrorKind::usage, fmt::format("{} \"{}\" has control characters", option, text::escape_controls(value)),
              "Give it letters, figures and signs alone.");
}

void refuse_bad_words(const SetOptions& options) {
  if (options.update.priority) refuse_controls("--priority", *options.update.priority);
  if (options.update.assignee) refuse_controls("--assignee", *options.update.assignee);
  for (const auto& tag : options.tags) {
    refuse_controls("--tag", tag);
    if (tag.empty()) throw Error(ErrorKind::usage, "an empty tag", "Give --tag a word.");
  }
}

void refuse_bad_set(Context& context, const SetOptions& options) {
  const TicketUpdate& u = options.update;
  const bool tags = !options.tags.empty() || !options.untags.empty();
  if (!u.status && !u.queue && !u.subject && !u.priority && !u.assignee && !tags && options.requester.empty()) {
    throw Error(ErrorKind::usage, "nothing to set", "Give --status, --queue, --subject or another; see --help.");
  }
  if (!options.requester.empty() && !is_sendable_address(options.requester)) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is no address", text::escape_controls(options.requester)),
                "Give the bare address, such as ann@example.com, without a name.");
  }
  refuse_bad_words(options);
  if (u.subject && u.subject->find_first_not_of(" \t\r\n") == std::string::npos) {
    throw Error(ErrorKind::usage, "an empty subject", "Give --subject a text.");
  }
  if (u.queue && config::find_queue(context.configuration(), *u.queue) == nullptr) {
    throw Error(ErrorKind::usage, fmt::format("there is no queue \"{}\"", *u.queue),
                "The configuration's `queues` lists them.");
  }
}

ExitCode set_ticket(Context& context, const SetOptions& options) {
  refuse_bad_set(context, options);
  Store& store = context.store();
  auto tx = store.begin();
  const Ticket ticket = find_ticket(store, options.ticket);
  const TicketUpdate u = update_of(options, ticket);
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
  auto* command =
      app.add_subcommand("set", "Change a ticket: status, queue, subject, priority, assignee, requester, tags");
  auto options = std::make_shared<SetOptions>();
  command->add_option("TICKET", options->ticket, "Its id or its number")->required();
  command->add_option("--status", options->update.status, "new, open, pending, closed or spam")
      ->check(CLI::IsMember({"new", "open", "pending", "closed", "spam"}));
  command->add_option("--queue", options->update.queue, "A configured queue")->type_name("QUEUE");
  command->add_option("--subject", options->update.subject, "A new subject")->type_name("TEXT");
  command->add_option("--priority", options->update.priority, "A word of yours, such as high; \"\" for none")
      ->type_name("WORD");
  command->add_option("--assignee", options->update.assignee, "Who works on it; \"\" for nobody")->type_name("NAME");
  command->add_option("--requester", options->requester, "Whose ticket it is: who gets the answers")
      ->type_name("ADDRESS");
  command->add_option("--tag", options->tags, "Adds a tag; may be given several times")->type_name("WORD");
  command->add_option("--untag", options->untags, "Takes a tag away; may be given several times")->type_name("WORD");
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
