#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "config/read_parts.h"
#include "config/shapes.h"

namespace poller::config {
namespace {

/// Where {id} or {id:06} (1 to 18 digits) stands, from `from` on: [begin, end), or both npos.
std::pair<std::size_t, std::size_t> find_id(std::string_view form, std::size_t from) {
  for (std::size_t at = form.find("{id", from); at != std::string_view::npos; at = form.find("{id", at + 1)) {
    const std::size_t close = form.find('}', at);
    if (close == std::string_view::npos) break;
    const std::string_view width = form.substr(at + 3, close - at - 3);
    std::uint64_t digits = 0;
    const bool padded = width.starts_with(':') && text::parse_uint(width.substr(1), digits);
    if (width.empty() || (padded && digits >= 1 && digits <= 18)) return {at, close + 1};
  }
  return {std::string_view::npos, std::string_view::npos};
}

void read_number_form(const Value& value, Queue& queue) {
  std::string form;
  constexpr const char* kAllowed = "a form such as T-{id}, with {id} once and no blanks";
  if (!read_text(value, form, kAllowed)) return;
  const auto [id, end] = find_id(form, 0);
  const bool once = id != std::string::npos && find_id(form, end).first == std::string::npos;
  const std::string_view after = once ? std::string_view(form).substr(end) : std::string_view();
  if (!once || form.size() > 40 || form.find_first_of(" \t<>\"") != std::string::npos ||
      (!after.empty() && text::is_digit(after.front()))) {
    value.refuse(kAllowed);
    return;
  }
  queue.number = form;
}

void read_span(const Value& value, std::optional<Seconds>& out) {
  Seconds span{};
  if (value && read_duration(value, span, Seconds(1), std::chrono::hours(24 * 3650))) out = span;
}

/// Addresses, and with `domains` whole domains as "@contoso.com".
void read_addresses(const Value& value, std::vector<std::string>& out, bool domains) {
  if (!value) return;
  std::vector<std::string> all;
  if (!read_texts(value, all)) return;
  const std::string allowed = domains ? "addresses, or whole domains as \"@contoso.com\"" : "addresses";
  for (const std::string& one : all) {
    const bool domain = domains && one.starts_with('@') && is_host(std::string_view(one).substr(1));
    if (!domain && !is_address(one)) {
      value.complain(fmt::format("found {}; allowed: {}", quote(one), allowed));
      return;
    }
  }
  out = std::move(all);
}

}  // namespace

Queue read_queue(const Reading& reading, const Node& map, int number) {
  Queue queue;
  std::string path = fmt::format("queues[#{}]", number);
  for (const auto& [key, value] : map.entries) {
    if (key->value == "name" && value->kind == Node::Kind::scalar && !value->value.empty()) {
      path = fmt::format("queues[{}]", text::escape_controls(text::utf8_prefix(value->value, 64)));
    }
  }
  Section section(reading, map, path, "queues");
  if (const Value name = section.at("name"); !name) {
    section.missing("name", "missing; allowed: a name of your own for this queue, such as support");
  } else {
    read_name(name, queue.name);
  }
  read_number_form(section.at("number"), queue);
  read_addresses(section.at("agents"), queue.agents, true);
  read_flag(section.at("own_copy"), queue.own_copy);
  read_word<ClosedPolicy>(
      section.at("closed"),
      {{"reopen", ClosedPolicy::reopen}, {"new_ticket", ClosedPolicy::new_ticket}, {"note", ClosedPolicy::note}},
      queue.closed);
  read_span(section.at("reopen_within"), queue.reopen_within);
  read_addresses(section.at("addresses"), queue.addresses, false);
  read_span(section.at("same_subject_within"), queue.same_subject_within);
  section.done();
  return queue;
}

}  // namespace poller::config
