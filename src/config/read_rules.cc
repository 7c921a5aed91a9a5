#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "config/read_parts.h"
#include "config/shapes.h"
#include "config/words.h"

namespace poller::config {
namespace {

constexpr std::array<const char*, 11> kPatternSubjects{
    "from",    "to",    "cc",          "subject", "body", "kind", "attachment_name", "attachment_type",
    "mailbox", "trust", "organisation"};
constexpr std::size_t kLongestPattern = 4096;

void read_pattern(const Value& value, const std::string& subject, const std::string& header, Rule& rule) {
  if (!value) return;
  RuleCondition condition{subject, header, {}, value.place()};
  if (!read_text(value, condition.pattern, "a pattern (RE2)")) return;
  if (condition.pattern.size() > kLongestPattern) {
    value.complain(
        fmt::format("a pattern of {} bytes; allowed: at most {}", condition.pattern.size(), kLongestPattern));
    return;
  }
  rule.when.push_back(std::move(condition));
}

void read_header_condition(const Value& value, const std::string& generic, Rule& rule) {
  if (!value.is(Node::Kind::map)) {
    value.refuse("{name: HEADER, matches: PATTERN}");
    return;
  }
  Section section(*value.reading, *value.node, value.path, generic);
  const Value name = section.at("name");
  const Value matches = section.at("matches");
  std::string header;
  if (!name) section.missing("name", "missing; allowed: a header's name, such as X-Spam-Flag");
  if (!matches) section.missing("matches", "missing; allowed: a pattern (RE2)");
  if (read_text(name, header, "a header's name, such as X-Spam-Flag")) {
    if (header.find_first_of(": ") != std::string::npos) {
      name.refuse("a header's name, such as X-Spam-Flag, without colon");
    } else {
      read_pattern(matches, "header", header, rule);
    }
  }
  section.done();
}

/// One condition, or a list of them that must all hold.
void read_headers(const Value& value, const std::string& generic, Rule& rule) {
  if (!value) return;
  if (!value.is(Node::Kind::list)) {
    read_header_condition(value, generic, rule);
    return;
  }
  for (std::size_t i = 0; i < value.node->items.size(); ++i) {
    read_header_condition({value.reading, value.node->items[i], fmt::format("{}[#{}]", value.path, i + 1)}, generic,
                          rule);
  }
}

void read_size_condition(const Value& value, Rule& rule) {
  if (!value) return;
  const bool scalar = value.is(Node::Kind::scalar) && !value.node->value.empty();
  const std::string word = scalar ? value.node->value : "";
  std::uint64_t size = 0;
  if (word.empty() || (word[0] != '<' && word[0] != '>') || !parse_size(text::trim(word.substr(1)), size)) {
    value.refuse("a size with > or <, such as \">10MB\"");
    return;
  }
  rule.when.push_back({"size", {}, word, value.place()});
}

void read_when(Section& section, Rule& rule) {
  for (const char* subject : kPatternSubjects) read_pattern(section.at(subject), subject, {}, rule);
  read_headers(section.at("header"), section.generic_of("header"), rule);
  read_size_condition(section.at("size"), rule);
  if (const Value list = section.at("from_list")) {
    std::filesystem::path path;
    if (read_path(list, path)) rule.when.push_back({"from_list", {}, path.string(), list.place()});
  }
}

void read_optional(const Value& value, std::optional<std::string>& out) {
  std::string text;
  if (read_text(value, text)) out = text;
}

void read_set(Section& section, Rule& rule, const Config& config) {
  const Value queue = section.at("queue");
  read_optional(queue, rule.queue);
  if (rule.queue && find_queue(config, *rule.queue) == nullptr) refuse_queue(queue, config);
  if (const Value status = section.at("status")) {
    std::string word;
    if (read_word<std::string>(
            status, {{"new", "new"}, {"open", "open"}, {"pending", "pending"}, {"closed", "closed"}, {"spam", "spam"}},
            word)) {
      rule.status = word;
    }
  }
  read_optional(section.at("priority"), rule.priority);
  read_texts(section.at("tags"), rule.tags);
  const Value requester = section.at("requester");
  if (std::string address; read_address(requester, address)) rule.requester = address;
  read_optional(section.at("assignee"), rule.assignee);
}

Rule read_rule(const Reading& reading, const Node& map, const std::string& path, const Config& config) {
  Rule rule;
  rule.place = reading.place(map);
  Section section(reading, map, path, "rules");
  with_section(section, "when", [&](Section& when) { read_when(when, rule); });
  const bool sets = with_section(section, "set", [&](Section& set) { read_set(set, rule, config); });
  read_flag(section.at("drop"), rule.drop);
  read_flag(section.at("quarantine"), rule.quarantine);
  read_flag(section.at("no_answer"), rule.no_answer);
  read_flag(section.at("stop"), rule.stop);
  section.done();
  if (!sets && !section.has("set") && !rule.drop && !rule.quarantine && !rule.no_answer && !rule.stop) {
    section.missing("set", "missing; allowed: set, drop, quarantine, no_answer or stop, or the rule does nothing");
  }
  return rule;
}

}  // namespace

void read_organisations(Section& top, Config& config) {
  const auto maps = read_mappings(top.at("organisations"));
  for (std::size_t i = 0; i < maps.size(); ++i) {
    Organisation one;
    Section section(top.reading(), *maps[i], fmt::format("organisations[#{}]", i + 1), "organisations");
    const Value domains = section.at("domains");
    if (!section.has("name")) section.missing("name", "missing; allowed: the organisation's name");
    read_text(section.at("name"), one.name);
    if (!domains) section.missing("domains", "missing; allowed: domains, such as [contoso.com]");
    read_texts(domains, one.domains);
    for (const std::string& domain : one.domains) {
      if (domain.find_first_of("@/ *") != std::string::npos || domain.find('.') == std::string::npos) {
        domains.complain(fmt::format("found {}; allowed: domains, such as [contoso.com]", quote(domain)));
      }
    }
    section.done();
    config.organisations.push_back(std::move(one));
  }
}

void read_rules(Section& top, Config& config) {
  const Value rules = top.at("rules");
  const auto maps = read_mappings(rules);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    config.rules.push_back(read_rule(top.reading(), *maps[i], fmt::format("rules[#{}]", i + 1), config));
  }
}

}  // namespace poller::config
