#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "cli/spoken.h"
#include "intake/decision.h"
#include "intake/trust_table.h"

namespace poller::cli {
namespace {

// What the decision record holds under a key; an older record may lack it.
std::string record_word(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? text::escape_controls(it->get<std::string>()) : std::string();
}

std::string role_words(const std::string& role) {
  if (role == "requester") return "the requester";
  if (role == "stranger") return "a stranger (neither requester, participant nor agent)";
  return (role == "agent" ? "an " : "a ") + role;
}

void print_signal(const Json& signal, const std::string& verdict) {
  const std::string number = record_word(signal, "number");
  const std::string refused = record_word(signal, "refused");
  std::string line = fmt::format("  {} {}", record_word(signal, "signal"), record_word(signal, "value"));
  if (number.empty()) {
    line += fmt::format(" leads nowhere: {}.", refused);
  } else {
    line += fmt::format(" names {}. The sender is {} there, the verdict on him {}: {}.", number,
                        role_words(record_word(signal, "who")), verdict, record_word(signal, "action"));
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

// The strongest signal that leads to where the message is.
void print_decider(Store& store, const Message& message, const Json& decision) {
  const auto trust = decision.find("trust");
  const bool opened = decision.value("is_new_ticket", false) || record_word(decision, "outcome") != "stored";
  if (opened || message.ticket == 0 || trust == decision.end() || !trust->contains("signals")) return;
  for (const auto& signal : trust->at("signals")) {
    const auto id = signal.find("ticket");
    if (id == signal.end() || !id->is_number_integer() || !record_word(signal, "refused").empty()) continue;
    if (record_word(signal, "action") == to_string(ThreadAction::new_linked)) continue;
    if (store.follow_merges(id->get<TicketId>()) != message.ticket) continue;
    print_line(fmt::format("  It is in {} because of the {} {}.", record_word(signal, "number"),
                           record_word(signal, "signal"), record_word(signal, "value")));
    return;
  }
}

void print_decision(Store& store, const Message& message, const Json& decision) {
  print_trust(decision);
  print_decider(store, message, decision);
  const bool has_trust = decision.contains("trust");
  const auto reasons = decision.find("reasons");
  if (reasons == decision.end() || !reasons->is_array()) return;
  for (const auto& reason : *reasons) {
    if (!reason.is_string()) continue;
    const std::string line = reason.get<std::string>();
    // Those about signals stand above.
    if (!has_trust || !is_about_signal(line)) print_line("  " + text::escape_controls(spoken_reason(line)));
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
    line["deliveries"] = deliveries_json(store, message->id);
    print_line(to_line(line));
    return ExitCode::ok;
  }
  print_line(fmt::format("message {} from {} is in {}:", message->id,
                         text::escape_controls(message->mail.from ? message->mail.from->address : "(nobody)"),
                         place_of(store, *message)));
  if (decision.is_object()) print_decision(store, *message, decision);
  for (const Delivery& delivery : store.deliveries(message->id)) {
    print_line(fmt::format("  The same mail came again, through mailbox {} at {}.",
                           text::escape_controls(delivery.source.mailbox), rfc3339(delivery.received_at)));
  }
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
