// `poller reply`: an agent's answer to a ticket.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "cli/text_input.h"
#include "outbound/reply.h"
#include "parsers/encode_header.h"

namespace poller::cli {
namespace {

constexpr std::size_t kLargestFile = 100'000'000;

struct ReplyOptions {
  std::string ticket;
  std::string text_file, html_file;
  std::vector<std::string> attach;
  std::vector<std::string> cc;
  std::string status;
  std::string from_agent;
  bool no_quote = false;
};

const char* type_of(const std::string& name) {
  static const std::pair<std::string_view, const char*> kTypes[] = {
      {".pdf", "application/pdf"}, {".png", "image/png"},        {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"},
      {".gif", "image/gif"},       {".txt", "text/plain"},       {".csv", "text/csv"},   {".html", "text/html"},
      {".zip", "application/zip"}, {".json", "application/json"}};
  for (const auto& [ending, type] : kTypes) {
    if (text::iends_with(name, ending)) return type;
  }
  return "application/octet-stream";
}

OutgoingFile file_to_attach(const std::string& path) {
  OutgoingFile file;
  file.filename = std::filesystem::path(path).filename().string();
  file.content_type = type_of(file.filename);
  file.bytes = path == "-" ? read_standard_input() : read_file(path, kLargestFile);
  if (path == "-") file.filename = "attachment";
  return file;
}

// Standard input can be read once.
void check_inputs(const ReplyOptions& o) {
  const bool text_is_read = o.text_file == "-" || (o.text_file.empty() && o.html_file.empty());
  const auto attached = std::count(o.attach.begin(), o.attach.end(), "-");
  if (attached + (text_is_read ? 1 : 0) <= 1) return;
  throw Error(ErrorKind::usage, "standard input is to be read twice: for the text and for --attach -",
              "Give the text with --text-file FILE, or the attachment as a file.");
}

outbound::Reply reply_of(const ReplyOptions& o) {
  check_inputs(o);
  outbound::Reply reply;
  if (!o.text_file.empty() && o.text_file != "-") {
    reply.text = read_file(o.text_file, kLargestFile);
  } else if (!o.text_file.empty() || o.html_file.empty()) {
    reply.text = read_standard_input();
  }
  if (!o.html_file.empty()) reply.html = read_file(o.html_file, kLargestFile);
  if (text::trim(reply.text).empty() && text::trim(reply.html).empty()) {
    throw Error(ErrorKind::usage, "the reply is empty", "Give --text-file FILE, or write it to standard input.");
  }
  for (const auto& path : o.attach) reply.files.push_back(file_to_attach(path));
  for (const auto& address : o.cc) {
    if (!is_sendable_address(address)) {
      throw Error(ErrorKind::usage, fmt::format("\"{}\" is no address", text::escape_controls(address)));
    }
    reply.cc.push_back({"", address});
  }
  if (!o.status.empty()) reply.status = o.status;
  reply.who = o.from_agent.empty() ? current_user() : one_line(o.from_agent);
  reply.quote = !o.no_quote;
  return reply;
}

ExitCode send_reply(Context& context, const ReplyOptions& options) {
  const auto& config = context.configuration();
  const outbound::Reply reply = reply_of(options);
  Store& store = context.store();
  const UnixTime now = system_clock().unix_now();
  auto tx = store.begin();
  Ticket ticket = find_ticket(store, options.ticket);
  if (ticket.merged_into) ticket = *store.ticket(store.follow_merges(ticket.id));
  const outbound::Queued queued = outbound::queue_reply(store, *tx, config, ticket, reply, now);
  tx->commit();
  if (context.globals.json) {
    print_line(to_line({{"ticket", ticket.id},
                        {"message", queued.message ? Json(*queued.message) : Json(nullptr)},
                        {"outbox", queued.outbox},
                        {"message_id", queued.message_id}}));
    return ExitCode::ok;
  }
  const auto hold = config.outbound.hold.count();
  const auto row = store.outbox().row(queued.outbox);
  const std::string to = row && !row->to.empty() ? row->to.front() : ticket.requester.address;
  print_line(
      fmt::format("{}: reply to {} queued as outbox {}{}", ticket.number, text::escape_controls(to), queued.outbox,
                  hold > 0 ? fmt::format("; `poller outbox cancel {}` takes it back within {} s", queued.outbox, hold)
                           : std::string("; the next `poller --once` (or the daemon) sends it")));
  return ExitCode::ok;
}

}  // namespace

void add_reply(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("reply", "Answer a ticket: the text is read from a file or standard input");
  auto options = std::make_shared<ReplyOptions>();
  command->add_option("TICKET", options->ticket, "Its id or its number")->required();
  command->add_option("--text-file", options->text_file, "The text (UTF-8); - or nothing: standard input")
      ->type_name("FILE");
  command->add_option("--html-file", options->html_file, "The text as HTML too")->type_name("FILE");
  command->add_option("--attach", options->attach, "A file to attach; may be given several times")->type_name("FILE");
  command->add_option("--cc", options->cc, "A further recipient; may be given several times")->type_name("ADDRESS");
  command->add_option("--status", options->status, "The ticket's status afterwards: open, pending or closed")
      ->check(CLI::IsMember({"new", "open", "pending", "closed"}));
  command->add_option("--from-agent", options->from_agent, "Who answers, for the ticket's history")->type_name("NAME");
  command->add_flag("--no-quote", options->no_quote, "Leave out the mail that is answered");
  command->callback([&context, options] {
    context.action = [&context, options] {
      context.apply_logging("warning");
      return send_reply(context, *options);
    };
  });
}

}  // namespace poller::cli
