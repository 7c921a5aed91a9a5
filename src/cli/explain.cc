#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"

namespace poller::cli {
namespace {

// What the decision record holds under a key; an older record may lack it.
std::string record_word(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? text::escape_controls(it->get<std::string>()) : std::string();
}

void print_signal(const Json& signal, const std::string& verdict) {
  const std::string number = record_word(signal, "number");
  const std::string refused = record_word(signal, "refused");
  std::string line = fmt::format("  {} {}", record_word(signal, "signal"), record_word(signal, "value"));
  if (number.empty()) {
    line += fmt::format(" leads nowhere: {}.", refused);
  } else {
    line += fmt::format(" names {}. The sender is {} there, the verdict on him {}: {}.", number,
                        record_word(signal, "who"), verdict, record_word(signal, "action"));
    if (!refused.empty()) line += " Not counted: " + refused + ".";
  }
  print_line(line);
}

void print_trust(const Json& decision) {
  const auto trust = decision.find("trust");
  if (trust == decision.end() || !trust->is_object()) return;
  const std::string verdict = record_word(*trust, "verdict");
  const std::string why = record_word(*trust, "verdict_why");
  if (!why.empty()) print_line(fmt::format("  The receiving service's verdict on the sender is {}: {}.", verdict, why));
  const auto signals = trust->find("signals");
  if (signals == trust->end() || !signals->is_array()) return;
  for (const auto& signal : *signals) print_signal(signal, verdict);
}

// Those about signals stand above, as sentences.
bool is_about_signal(const std::string& reason) {
  return reason.find(" -> ") != std::string::npos || reason.find(": refused: ") != std::string::npos;
}

void print_decision(const Json& decision) {
  print_trust(decision);
  const bool has_trust = decision.contains("trust");
  const auto reasons = decision.find("reasons");
  if (reasons == decision.end() || !reasons->is_array()) return;
  for (const auto& reason : *reasons) {
    if (!reason.is_string()) continue;
    const std::string line = reason.get<std::string>();
    if (!has_trust || !is_about_signal(line)) print_line("  " + text::escape_controls(line));
  }
}

std::string place_of(Store& store, const Message& message) {
  const auto ticket = store.ticket(message.ticket);
  return ticket ? fmt::format("ticket {} ({})", ticket->id, ticket->number) : std::string("no ticket");
}

ExitCode explain(Context& context, const std::string& argument) {
  Store& store = context.store_read_only();
  const auto message = store.message(parse_id(argument, "message id"));
  if (!message) {
    throw Error(ErrorKind::usage, fmt::format("there is no message {}", argument),
                "`poller show TICKET` prints the ids.");
  }
  const Json decision = Json::parse(store.decision_json(message->id), nullptr, false);
  if (context.globals.json) {
    Json line{{"message", message->id}, {"ticket", message->ticket == 0 ? Json(nullptr) : Json(message->ticket)}};
    line["decision"] = decision.is_discarded() ? Json(nullptr) : decision;
    print_line(to_line(line));
    return ExitCode::ok;
  }
  print_line(fmt::format("message {} from {} is in {}:", message->id,
                         text::escape_controls(message->mail.from ? message->mail.from->address : "(nobody)"),
                         place_of(store, *message)));
  if (decision.is_object()) print_decision(decision);
  return ExitCode::ok;
}

}  // namespace

void add_explain(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("explain", "Why a mail ended where it did: every signal, in order");
  auto argument = std::make_shared<std::string>();
  command->add_option("MESSAGE", *argument, "A message id, as `show` prints it")->required();
  command->callback([&context, argument] {
    context.action = [&context, argument] {
      context.apply_logging("warning");
      return explain(context, *argument);
    };
  });
}

}  // namespace poller::cli
