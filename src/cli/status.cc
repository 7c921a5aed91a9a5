#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/counted.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/views.h"
#include "oauth/open_vault.h"
#include "oauth/token_status.h"
#include "service/disk_room.h"
#include "service/health.h"
#include "service/mailbox_status.h"
#include "storage/outbox.h"

namespace poller::cli {
namespace {

Json time_or_null(UnixTime time) { return time == 0 ? Json(nullptr) : Json(rfc3339(time)); }

MailboxStatus status_of(Store& store, const std::string& name) {
  for (auto& status : store.mailbox_statuses()) {
    if (status.name == name) return std::move(status);
  }
  MailboxStatus unknown;
  unknown.name = name;
  return unknown;
}

const oauth::TokenStatus* find_token(const std::vector<oauth::TokenStatus>& tokens, const std::string& mailbox) {
  for (const auto& token : tokens) {
    if (token.mailbox == mailbox) return &token;
  }
  return nullptr;
}

// A poll that was due so long ago is late: a scheduler with much to do may be behind by less.
constexpr UnixTime kLate = 60;

Json mailbox_json(Store& store, const config::Mailbox& mailbox, const std::vector<oauth::TokenStatus>& tokens,
                  UnixTime now) {
  MailboxStatus s = status_of(store, mailbox.name);
  const std::string late = late_reason(s, mailbox, now);
  const oauth::TokenStatus* token = find_token(tokens, mailbox.name);
  if (token != nullptr && token->state != oauth::TokenStatus::State::ok) {
    s.state = oauth::state_word(token->state);
    // A throttled account's time is the end of it, which the detail tells.
    s.since = token->state == oauth::TokenStatus::State::sign_in_needed ? token->since : 0;
    if (!token->detail.empty()) s.last_error = token->detail;
    s.advice = token->advice;
  }
  return {{"name", mailbox.name},
          {"state", s.state},
          {"last_success", time_or_null(s.last_success)},
          {"next_poll", time_or_null(s.next_poll)},
          {"lag_seconds", s.lag_seconds},
          {"token_days_left", token != nullptr && token->days_left ? Json(*token->days_left) : Json(nullptr)},
          {"last_error", s.last_error.empty() ? Json(nullptr) : Json(s.last_error)},
          {"since", s.state == "ok" ? Json(nullptr) : time_or_null(s.since)},
          {"advice", s.advice.empty() ? Json(nullptr) : Json(s.advice)},
          {"overdue", late.empty() ? Json(nullptr) : Json(late)},
          {"client_secret_days_left",
           token != nullptr && token->secret_days_left ? Json(*token->secret_days_left) : Json(nullptr)}};
}

std::string secret_text(int days_left) {
  if (days_left < 0) return ", client secret or certificate has expired";
  return ", client secret or certificate for " + counted(days_left, "day");
}

std::string mailbox_line(const Json& m, UnixTime now) {
  const auto word = [](const Json& value, const char* otherwise) {
    return value.is_string() ? value.get<std::string>() : std::string(otherwise);
  };
  std::string state = m["state"].get<std::string>();
  const bool only_late = state == "ok" && m["overdue"].is_string();
  if (only_late) state = m["last_success"].is_string() ? "late" : "never polled";
  if (m["since"].is_string()) state += " since " + m["since"].get<std::string>() + ",";
  std::string line = fmt::format("{:<20} {:<15} last success {}", m["name"].get<std::string>(), state,
                                 word(m["last_success"], "never"));
  if (m["next_poll"].is_string()) {
    const auto due = m["next_poll"].get<std::string>();  // as text these times sort as they follow
    line += (due < rfc3339(now - kLate) ? ", next poll was due " : ", next poll ") + due;
  }
  if (m["token_days_left"].is_number()) line += ", token good for " + counted(m["token_days_left"].get<int>(), "day");
  if (m["client_secret_days_left"].is_number()) line += secret_text(m["client_secret_days_left"].get<int>());
  if (only_late) line += "\n    " + text::escape_controls(m["overdue"].get<std::string>());
  if (m["last_error"].is_string()) line += "\n    " + text::escape_controls(m["last_error"].get<std::string>());
  if (m["advice"].is_string()) line += "\n    " + text::escape_controls(m["advice"].get<std::string>());
  return line;
}

Json disk_json(const config::Config& config) {
  const auto room = room_for(config.sqlite_path);
  return {{"free_bytes", room ? Json(*room) : Json(nullptr)},
          {"reserve_bytes", kStorageReserve},
          {"low", room.has_value() && *room < kStorageReserve}};
}

std::string disk_line(const config::Config& config) {
  if (const auto trouble = too_little_room(config.sqlite_path)) {
    return fmt::format("disk: {}\n    {}", trouble->what(), trouble->advice());
  }
  const auto room = room_for(config.sqlite_path);
  if (!room) return "disk: its room cannot be told";
  std::string line = fmt::format("disk: {} free", human_size(*room));
  if (*room < enough_again(kStorageReserve)) {
    line += fmt::format("; a poller that has stopped fetching for want of room goes on from {}",
                        human_size(enough_again(kStorageReserve)));
  }
  return line;
}

// What /healthz/ready says, but for what only a daemon knows.
std::vector<Unready> unready(Store& store, const config::Config& config, const Json& mailboxes, UnixTime now) {
  std::vector<Unready> out;
  if (const auto trouble = too_little_room(config.sqlite_path)) out.push_back({"storage", "", trouble->what()});
  if (auto stuck = stuck_outbox(store, now)) out.push_back(std::move(*stuck));
  for (const auto& m : mailboxes) {
    if (m["overdue"].is_string()) out.push_back({"mailbox", m["name"], m["overdue"]});
  }
  return out;
}

ExitCode status(Context& context) {
  const auto& config = context.configuration();
  oauth::read_vault_key_as_root(config);
  // Asked between the first sign-in and the first pass, there is no storage yet, and no fault in that.
  const bool before_first_pass = !std::filesystem::exists(config.sqlite_path);
  Store& store = before_first_pass ? context.open_store_for_dry_run() : context.store_read_only();
  const UnixTime now = system_clock().unix_now();
  const auto tokens = oauth::token_status(config, now);
  Json out;
  out["mailboxes"] = Json::array();
  for (const auto& mailbox : config.mailboxes) out["mailboxes"].push_back(mailbox_json(store, mailbox, tokens, now));
  const OutboxCounts outbox = store.outbox().counts();
  out["outbox"] = {{"pending", outbox.pending}, {"uncertain", outbox.uncertain}, {"failed", outbox.failed}};
  out["quarantine"] = store.quarantine(true).size();
  out["disk"] = disk_json(config);
  const Json readiness = Json::parse(to_json(unready(store, config, out["mailboxes"], now)));
  for (const auto& [key, value] : readiness.items()) out[key] = value;
  if (context.globals.json) {
    print_line(to_line(out));
    return ExitCode::ok;
  }
  for (const auto& mailbox : out["mailboxes"]) print_line(mailbox_line(mailbox, now));
  print_line(
      fmt::format("outbox: {} pending, {} uncertain, {} failed", outbox.pending, outbox.uncertain, outbox.failed));
  if (const auto stuck = stuck_outbox(store, now)) print_line("    " + stuck->reason);
  print_line(fmt::format("quarantine: {}", out["quarantine"].get<std::size_t>()));
  print_line(disk_line(config));
  return ExitCode::ok;
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("status", "How each mailbox is doing; quarantine and outbox counts");
  command->callback([&context] {
    context.action = [&context] {
      context.apply_logging("warning");
      return status(context);
    };
  });
}

}  // namespace poller::cli
