// `poller note` and `poller split`: what a person adds to a ticket, and takes out of one.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "cli/text_input.h"
#include "cli/views.h"
#include "parsers/encode_header.h"
#include "parsers/requester.h"

namespace poller::cli {
namespace {

struct NoteOptions {
  std::string ticket;
  std::string text_file;
  std::string from_agent;
};

MessageId add_note_to(Transaction& tx, const Ticket& ticket, const std::string& words, const std::string& who) {
  const UnixTime now = system_clock().unix_now();
  Mail mail;
  mail.subject = ticket.subject;
  mail.subject_base = ticket.subject;
  mail.from = Address{who, {}};
  mail.date = now;
  mail.text = mail.new_text = words;
  mail.size = words.size();
  Verdict verdict;
  verdict.may_answer = false;
  NewMessage message;
  message.ticket = ticket.id;
  message.direction = Direction::note;
  message.mail = &mail;
  message.verdict = &verdict;
  message.received_at = now;
  return tx.add_message(message, who);
}

ExitCode write_note(Context& context, const NoteOptions& options) {
  const std::string words = text::to_valid_utf8(read_text_input(options.text_file, "the note"));
  const std::string who = options.from_agent.empty() ? current_user() : one_line(options.from_agent);
  Store& store = context.store();
  auto tx = store.begin();
  Ticket ticket = find_ticket(store, options.ticket);
  if (ticket.merged_into) ticket = *store.ticket(store.follow_merges(ticket.id));
  const MessageId id = add_note_to(*tx, ticket, words, who);
  tx->commit();
  print_line(context.globals.json ? to_line({{"ticket", ticket.id}, {"message", id}})
                                  : fmt::format("{}: note added as message {}", ticket.number, id));
  return ExitCode::ok;
}

NewTicket ticket_for_split(const config::Config& config, const Ticket& from, const Message& first) {
  NewTicket ticket;
  ticket.subject = first.mail.subject.empty() ? from.subject : first.mail.subject;
  ticket.queue = from.queue;
  const config::Queue* queue = config::find_queue(config, from.queue);
  ticket.number_form = queue != nullptr ? queue->number : "T-{id}";
  ticket.priority = from.priority;
  ticket.assignee = from.assignee;
  ticket.requester = from.requester;
  if (first.direction == Direction::in) {
    if (auto writer = requester_of(first.mail); writer && !writer->address.empty()) ticket.requester = *writer;
  }
  ticket.created_at = system_clock().unix_now();
  return ticket;
}

ExitCode split_message(Context& context, const std::string& argument) {
  Store& store = context.store();
  auto tx = store.begin();
  const auto message = store.message(parse_id(argument, "message id"));
  if (!message) {
    throw Error(ErrorKind::usage, fmt::format("there is no message {}", argument),
                "`poller show TICKET` prints the ids.");
  }
  const auto from = store.ticket(message->ticket);
  if (!from) throw Error(ErrorKind::usage, fmt::format("message {} is in no ticket", argument));
  const Ticket made =
      tx->split_ticket(message->id, ticket_for_split(context.configuration(), *from, *message), current_user());
  tx->commit();
  print_line(context.globals.json ? to_line(ticket_json(made)) : ticket_line(made));
  return ExitCode::ok;
}

}  // namespace

void add_note(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("note", "Add a note to a ticket, for colleagues: nobody is mailed");
  auto options = std::make_shared<NoteOptions>();
  command->add_option("TICKET", options->ticket, "Its id or its number")->required();
  command->add_option("--text-file", options->text_file, "The text (UTF-8); - or nothing: standard input")
      ->type_name("FILE");
  command->add_option("--from-agent", options->from_agent, "Who notes it, for the ticket's history")->type_name("NAME");
  command->callback([&context, options] {
    context.action = [&context, options] {
      context.apply_logging("warning");
      return write_note(context, *options);
    };
  });
}

void add_split(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("split", "Make a ticket of a message and what came after it in its ticket");
  auto argument = std::make_shared<std::string>();
  command->add_option("MESSAGE", *argument, "A message id, as `show` prints it")->required();
  command->callback([&context, argument] {
    context.action = [&context, argument] {
      context.apply_logging("warning");
      return split_message(context, *argument);
    };
  });
}

}  // namespace poller::cli
