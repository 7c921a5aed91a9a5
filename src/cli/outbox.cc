// `poller outbox`: mail on its way out, and what a person does about it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/counted.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "storage/outbox.h"

namespace poller::cli {
namespace {

Json outbox_json(const OutboxRow& row) {
  return {{"id", row.id},
          {"ticket", row.ticket ? Json(*row.ticket) : Json(nullptr)},
          {"message", row.message ? Json(*row.message) : Json(nullptr)},
          {"to", row.to},
          {"state", to_string(row.state)},
          {"attempts", row.attempts},
          {"next_try", row.next_try == 0 ? Json(nullptr) : Json(rfc3339(row.next_try))},
          {"last_error", row.last_error.empty() ? Json(nullptr) : Json(row.last_error)},
          {"kind", to_string(row.kind)},
          {"mailbox", row.mailbox},
          {"message_id", row.message_id},
          {"subject", row.subject},
          {"created_at", rfc3339(row.created_at)},
          {"server_reply", row.server_reply.empty() ? Json(nullptr) : Json(row.server_reply)}};
}

std::string outbox_line(const OutboxRow& row) {
  std::string line =
      fmt::format("{:>5}  {:<9} {:<9} {} {}", row.id, to_string(row.state), to_string(row.kind),
                  rfc3339(row.created_at), text::escape_controls(row.to.empty() ? std::string("-") : row.to.front()));
  if (row.to.size() > 1) line += fmt::format(" and {} more", row.to.size() - 1);
  line += "  " + text::escape_controls(row.subject);
  if (row.attempts > 0) line += fmt::format("  ({})", counted(row.attempts, "try", "tries"));
  if (!row.last_error.empty()) line += "\n       " + text::escape_controls(row.last_error);
  return line;
}

constexpr UnixTime kLately = 24 * 3600;  // what was sent or cancelled since then is listed too

ExitCode list_outbox(Context& context, bool all) {
  const UnixTime done_since = all ? 0 : system_clock().unix_now() - kLately;
  const auto rows = context.store_read_only().outbox().rows(done_since);
  for (const auto& row : rows) {
    print_line(context.globals.json ? to_line(outbox_json(row)) : outbox_line(row));
  }
  if (rows.empty() && !context.globals.json) print_line("nothing in the outbox");
  return ExitCode::ok;
}

using Change = bool (OutboxWriter::*)(std::int64_t, const std::string&, UnixTime);

ExitCode change_outbox(Context& context, const std::string& argument, Change change, const char* permitted) {
  Store& store = context.store();
  const std::int64_t id = parse_id(argument, "outbox id");
  auto tx = store.begin();
  const auto row = store.outbox().row(id);
  if (!row) {
    throw Error(ErrorKind::usage, fmt::format("there is nothing in the outbox with id {}", id),
                "`poller outbox --all` lists it.");
  }
  if (!(tx->outbox().*change)(id, current_user(), system_clock().unix_now())) {
    throw Error(ErrorKind::usage, fmt::format("{} is {}", id, to_string(row->state)), permitted);
  }
  tx->commit();
  const auto now = store.outbox().row(id);
  if (now) print_line(context.globals.json ? to_line(outbox_json(*now)) : outbox_line(*now));
  return ExitCode::ok;
}

}  // namespace

void add_outbox(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("outbox", "List mail on its way out; retry or cancel one");
  command->require_subcommand(0, 1);
  auto all = std::make_shared<bool>(false);
  auto id = std::make_shared<std::string>();
  command->add_flag("--all", *all, "Those sent and cancelled more than a day ago too");
  command->callback([&context, all] {
    if (context.action) return;  // a subcommand has set it
    context.action = [&context, all] {
      context.apply_logging("warning");
      return list_outbox(context, *all);
    };
  });
  const auto add = [&](const char* name, const char* help, Change change, const char* permitted) {
    auto* sub = command->add_subcommand(name, help);
    sub->fallthrough();
    sub->add_option("ID", *id, "Its id in the list")->required();
    sub->callback([&context, id, change, permitted] {
      context.action = [&context, id, change, permitted] {
        context.apply_logging("warning");
        return change_outbox(context, *id, change, permitted);
      };
    });
  };
  add("retry", "Send it (again): what failed, was cancelled, or is uncertain", &OutboxWriter::retry,
      "Only what waits for its next try, failed, is uncertain or was cancelled can be tried again.");
  add("cancel", "Do not send it", &OutboxWriter::cancel,
      "Only what has not gone out can be cancelled: pending, retry, uncertain or failed.");
}

}  // namespace poller::cli
