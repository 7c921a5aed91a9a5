// `poller quarantine`: what could not become a ticket, and what a person does about it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <filesystem>

#include "base/error.h"
#include "base/log.h"
#include "base/safe_file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "cli/views.h"
#include "intake/retry.h"
#include "parsers/classify.h"
#include "parsers/mime.h"

namespace poller::cli {
namespace {

QuarantineRow find_row(Store& store, const std::string& argument) {
  auto row = store.quarantine_row(parse_id(argument, "quarantine id"));
  if (!row)
    throw Error(ErrorKind::usage, fmt::format("there is nothing in quarantine with id {}", argument),
                "`poller quarantine` lists it.");
  return std::move(*row);
}

ExitCode list(Context& context) {
  const auto rows = context.store_read_only().quarantine(true);
  for (const auto& row : rows) {
    if (context.globals.json) {
      print_line(to_line(quarantine_json(row)));
    } else {
      print_line(fmt::format("{:>5}  {}  {:<12} {:>9}  {}  [{}]", row.id, rfc3339(row.received_at), row.mailbox,
                             human_size(row.size), text::escape_controls(row.subject),
                             text::escape_controls(row.reason)));
    }
  }
  if (rows.empty() && !context.globals.json) print_line("nothing is in quarantine");
  return ExitCode::ok;
}

ExitCode show(Context& context, const std::string& argument) {
  Store& store = context.store_read_only();
  const QuarantineRow row = find_row(store, argument);
  std::optional<std::string> raw;
  if (!row.sha256.empty()) raw = store.raw(row.sha256);
  if (context.globals.json) {
    Json line = quarantine_json(row);
    line["state"] = row.state;
    line["complete"] = row.complete;
    line["ticket"] = row.ticket ? Json(*row.ticket) : Json(nullptr);
    line["raw"] = raw ? Json(text::to_valid_utf8(*raw)) : Json(nullptr);
    print_line(to_line(line));
    return ExitCode::ok;
  }
  print_line(fmt::format("{} {}\n  reason       {}\n  attempts     {}\n  mailbox      {}\n  received     {}", row.id,
                         text::escape_controls(row.subject), text::escape_controls(row.reason), row.attempts,
                         row.mailbox, rfc3339(row.received_at)));
  print_line(fmt::format("  bytes here   {}", !raw           ? "none; the mail is still on the server"
                                              : row.complete ? "all"
                                                             : "the header block; the mail is still on the server"));
  if (raw) print_line("\n" + text::printable(text::to_valid_utf8(std::string_view(*raw).substr(0, 64 * 1024))));
  return ExitCode::ok;
}

// What is whole here is stored at once; what is not is fetched again by the next pass.
ExitCode retry(Context& context, const std::string& argument, std::uint64_t max_size) {
  Store& store = context.store();
  const QuarantineRow row = find_row(store, argument);
  if (row.state == "dropped" || row.state == "retried") {
    throw Error(ErrorKind::usage, fmt::format("{} was {} already", row.id, row.state));
  }
  if (row.complete && !row.sha256.empty()) {
    const MailEvent event = retry_stored(store, context.configuration(), row, system_clock(), max_size);
    if (context.globals.json) {
      Json line{{"id", row.id}};
      add_placement(line, event);
      print_line(to_line(line));
    } else {
      print_line(fmt::format("{}: {}", row.id, event_line(event)));
    }
    return event.placement.outcome == Outcome::quarantined ? ExitCode::temporary : ExitCode::ok;
  }
  auto tx = store.begin();
  tx->set_quarantine_state(row.id, "retry-wanted", max_size);
  tx->commit();
  if (context.globals.json) {
    print_line(to_line({{"id", row.id}, {"state", "retry-wanted"}}));
  } else {
    print_line(fmt::format("{}: the next pass over mailbox {} fetches it again", row.id, row.mailbox));
  }
  return ExitCode::ok;
}

ExitCode drop(Context& context, const std::string& argument) {
  Store& store = context.store();
  auto tx = store.begin();
  const QuarantineRow row = find_row(store, argument);
  if (row.state == "dropped" || row.state == "retried") {
    throw Error(ErrorKind::usage, fmt::format("{} was {} already", row.id, row.state));
  }
  tx->set_quarantine_state(row.id, "dropped", 0);
  if (row.ticket) {
    const Json detail{{"quarantine", row.id}, {"reason", row.reason}};
    tx->add_change({0, store.follow_merges(*row.ticket), std::nullopt, system_clock().unix_now(), current_user(),
                    "quarantine-dropped", to_line(detail)});
  }
  tx->commit();
  print_line(context.globals.json ? to_line({{"id", row.id}, {"state", "dropped"}})
                                  : fmt::format("{}: dropped", row.id));
  return ExitCode::ok;
}

// The bytes as they came, for another program or for `poller replay`.
ExitCode export_bytes(Context& context, const std::string& argument, const std::string& file) {
  Store& store = context.store_read_only();
  const QuarantineRow row = find_row(store, argument);
  const auto raw = row.sha256.empty() ? std::nullopt : store.raw(row.sha256);
  if (!raw) {
    throw Error(ErrorKind::usage, fmt::format("of {} there are no bytes here", row.id),
                "`poller quarantine retry` fetches the mail again, where the server still has it.");
  }
  if (!row.complete) {
    log::say(LogLevel::warning, "poller: these are the headers alone; the mail is still on the server");
  }
  if (file.empty() || file == "-") {
    print(*raw);
    return ExitCode::ok;
  }
  if (std::filesystem::exists(file)) {
    throw Error(ErrorKind::usage, fmt::format("{} exists already", text::escape_controls(file)));
  }
  write_file_atomically(file, *raw);
  print_line(context.globals.json ? to_line({{"id", row.id}, {"file", file}, {"size", raw->size()}})
                                  : fmt::format("{}: {} bytes written to {}", row.id, raw->size(), file));
  return ExitCode::ok;
}

std::uint64_t parse_size(const std::string& given) {
  std::uint64_t value = 0;
  const std::size_t digits = given.find_first_not_of("0123456789");
  std::uint64_t unit = 1;
  if (digits != std::string::npos) {
    const std::string word = text::to_lower(given.substr(digits));
    unit = word == "kb" ? 1000 : word == "mb" ? 1'000'000 : word == "gb" ? 1'000'000'000 : 0;
  }
  if (!text::parse_uint(given.substr(0, digits), value) || unit == 0 || value > (std::uint64_t{1} << 40)) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is no size", given), "Write 100MB, 512KB or a number of bytes.");
  }
  return value * unit;
}

struct QuarantineOptions {
  std::string id;
  std::string max_size;
  std::string file;
};

}  // namespace

void add_quarantine(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("quarantine", "List what could not become a ticket; retry, drop, show, export");
  command->require_subcommand(0, 1);
  auto options = std::make_shared<QuarantineOptions>();
  command->callback([&context] {
    if (context.action) return;  // a subcommand has set it
    context.action = [&context] {
      context.apply_logging("warning");
      return list(context);
    };
  });
  const auto add = [&](const char* name, const char* help, auto work) {
    auto* sub = command->add_subcommand(name, help);
    sub->fallthrough();
    sub->add_option("ID", options->id, "Its id in the list")->required();
    sub->callback([&context, options, work] {
      context.action = [&context, options, work] {
        context.apply_logging("warning");
        return work(context, *options);
      };
    });
    return sub;
  };
  auto* again = add("retry", "Try it again: from the bytes here, or from the server with the next pass",
                    [](Context& c, const QuarantineOptions& o) {
                      return retry(c, o.id, o.max_size.empty() ? 0 : parse_size(o.max_size));
                    });
  again->add_option("--max-size", options->max_size, "Allow it this size")->type_name("SIZE");
  add("drop", "Give it up", [](Context& c, const QuarantineOptions& o) { return drop(c, o.id); });
  auto* bytes = add("export", "Its bytes, to a file or to standard output",
                    [](Context& c, const QuarantineOptions& o) { return export_bytes(c, o.id, o.file); });
  bytes->add_option("-o,--output", options->file, "The file, which must not be there yet")->type_name("FILE");
  add("show", "Everything known of it", [](Context& c, const QuarantineOptions& o) { return show(c, o.id); });
}

}  // namespace poller::cli
