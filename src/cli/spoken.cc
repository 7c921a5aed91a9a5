#include "cli/spoken.h"

#include <fmt/format.h>

#include "base/text.h"

namespace poller::cli {
namespace {

struct Phrase {
  std::string_view code;
  std::string_view words;
};

constexpr Phrase kWhole[] = {
    {"header:return-path=<>", "Its return path is empty, as programs send it to get no answer."},
    {"part:delivery-status", "It bears a mail system's report about a delivery."},
    {"part:disposition-notification", "It is a receipt that says what became of a mail in somebody's mailbox."},
    {"part:feedback-report", "It bears a report of a complaint."},
    {"report-type:feedback-report", "It calls itself a report of a complaint."},
    {"action:failed", "The report says that the delivery failed."},
    {"action:delayed", "The report says that the delivery is delayed."},
    {"action:delivered", "The report says that the mail was delivered."},
    {"from:missing", "It names no sender."},
    {"sender:mail system", "It comes from a mail system."},
    {"rule:no_answer", "A rule forbids an automatic answer."},
    {"no signal: a new ticket", "Nothing in it names a ticket that is here: it opened a new one."},
};

// What follows the code stands for {}. The longer code of two that begin alike stands first.
constexpr Phrase kBegun[] = {
    {"bounce:ours: of outbox ", "It says that a mail of ours was not delivered: outbox {}."},
    {"bounce:", "It is a report that changes no delivery: {}."},
    {"subject:", "Its subject says \"{}\"."},
    {"text:", "Its text says \"{}\"."},
    {"from:", "Its sender {} is a machine's address."},
    {"sender:", "The sender counts as a stranger: {}."},
    {"not-found:", "It refers to {}: no mail here bears that Message-ID or refers to it."},
    {"calendar:method=", "It is a calendar's mail ({})."},
    {"organisation:", "The sender belongs to the organisation {}."},
    {"agents:told: ", "Agents who were told of it: {}."},
    {"agents:", "An agent's mail: {}."},
    {"answer:held-back: no ", "Nothing was sent by itself, no {}."},
    {"answer:queued: ", "Queued by itself: {}."},
    {"limit: ", "It is over a limit: {}."},
    {"loop: ", "Loop: {}."},
    {"quarantine:", "It went to quarantine: {}."},
    {"missing-link:", "It is the missing link between tickets: {}."},
    {"not-merged:", "Tickets that it names together were not merged: {}."},
    {"part:", "It has a part of the kind {}."},
};

// "rule:11 (poller.yaml:9): tag=x" after "rule:".
std::string spoken_rule(std::string_view rest) {
  const std::size_t end = rest.find("): ");
  if (end == std::string_view::npos) return fmt::format("Rule {}.", rest);
  const std::string_view actions = rest.substr(end + 3);
  return fmt::format("Rule {}) fits: {}.", rest.substr(0, end), actions.empty() ? "it asks for nothing" : actions);
}

// "auto-submitted=auto-replied" after "header:".
std::string spoken_header(std::string_view rest) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return fmt::format("It has the header field {}.", rest);
  return fmt::format("Its header field {} says \"{}\".", rest.substr(0, equals), rest.substr(equals + 1));
}

// "support@contoso.com -> queue support" after "recipient:".
std::string spoken_recipient(std::string_view rest) {
  constexpr std::string_view kTo = " -> queue ";
  const std::size_t to = rest.find(kTo);
  if (to == std::string_view::npos) return fmt::format("It was sent to {}.", rest);
  return fmt::format("It was sent to {}, an address of the queue {}.", rest.substr(0, to),
                     rest.substr(to + kTo.size()));
}

std::string sentence(std::string_view words) {
  std::string out(words);
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z') out.front() = static_cast<char>(out.front() - 32);
  if (!out.empty() && out.back() != '.') out += '.';
  return out;
}

}  // namespace

std::string spoken_reason(std::string_view reason) {
  for (const Phrase& phrase : kWhole) {
    if (reason == phrase.code) return std::string(phrase.words);
  }
  if (reason.starts_with("rule:")) return spoken_rule(reason.substr(5));
  if (reason.starts_with("header:")) return spoken_header(reason.substr(7));
  if (reason.starts_with("recipient:")) return spoken_recipient(reason.substr(10));
  for (const Phrase& phrase : kBegun) {
    if (!reason.starts_with(phrase.code)) continue;
    const std::size_t gap = phrase.words.find("{}");
    return std::string(phrase.words.substr(0, gap)) + std::string(reason.substr(phrase.code.size())) +
           std::string(phrase.words.substr(gap + 2));
  }
  return sentence(reason);
}

}  // namespace poller::cli
