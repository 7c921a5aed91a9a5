#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/counted.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "oauth/open_vault.h"
#include "oauth/token_status.h"
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

Json mailbox_json(Store& store, const config::Mailbox& mailbox, const std::vector<oauth::TokenStatus>& tokens) {
  MailboxStatus s = status_of(store, mailbox.name);
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
          {"client_secret_days_left",
           token != nullptr && token->secret_days_left ? Json(*token->secret_days_left) : Json(nullptr)}};
}

std::string secret_text(int days_left) {
  if (days_left < 0) return ", client secret or certificate has expired";
  return ", client secret or certificate for " + counted(days_left, "day");
}

std::string mailbox_line(const Json& m) {
  const auto word = [](const Json& value, const char* otherwise) {
    return value.is_string() ? value.get<std::string>() : std::string(otherwise);
  };
  std::string state = m["state"].get<std::string>();
  if (m["since"].is_string()) state += " since " + m["since"].get<std::string>() + ",";
  std::string line = fmt::format("{:<20} {:<15} last success {}", m["name"].get<std::string>(), state,
                                 word(m["last_success"], "never"));
  if (m["next_poll"].is_string()) line += ", next poll " + m["next_poll"].get<std::string>();
  if (m["token_days_left"].is_number()) line += ", token good for " + counted(m["token_days_left"].get<int>(), "day");
  if (m["client_secret_days_left"].is_number()) line += secret_text(m["client_secret_days_left"].get<int>());
  if (m["last_error"].is_string()) line += "\n    " + text::escape_controls(m["last_error"].get<std::string>());
  if (m["advice"].is_string()) line += "\n    " + text::escape_controls(m["advice"].get<std::string>());
  return line;
}

ExitCode status(Context& context) {
  const auto& config = context.configuration();
  oauth::read_vault_key_as_root(config);
  // Asked between the first sign-in and the first pass, there is no storage yet, and no fault in that.
  const bool before_first_pass = !std::filesystem::exists(config.sqlite_path);
  Store& store = before_first_pass ? context.open_store_for_dry_run() : context.store_read_only();
  const auto tokens = oauth::token_status(config, system_clock().unix_now());
  Json out;
  out["mailboxes"] = Json::array();
  for (const auto& mailbox : config.mailboxes) out["mailboxes"].push_back(mailbox_json(store, mailbox, tokens));
  const OutboxCounts outbox = store.outbox().counts();
  out["outbox"] = {{"pending", outbox.pending}, {"uncertain", outbox.uncertain}, {"failed", outbox.failed}};
  out["quarantine"] = store.quarantine(true).size();
  if (context.globals.json) {
    print_line(to_line(out));
    return ExitCode::ok;
  }
  for (const auto& mailbox : out["mailboxes"]) print_line(mailbox_line(mailbox));
  print_line(
      fmt::format("outbox: {} pending, {} uncertain, {} failed", outbox.pending, outbox.uncertain, outbox.failed));
  print_line(fmt::format("quarantine: {}", out["quarantine"].get<std::size_t>()));
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
