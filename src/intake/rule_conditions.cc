#include "intake/rule_conditions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "config/words.h"
#include "parsers/header_words.h"

namespace poller {
namespace {

std::optional<re2::Pattern> compile_rule_pattern(const config::RuleCondition& condition) {
  if (condition.subject == "size" || condition.subject == "from_list") return std::nullopt;
  try {
    return re2::Pattern(condition.pattern);
  } catch (const Error& error) {
    const config::Place& at = condition.place;
    throw Error(ErrorKind::configuration, fmt::format("{}:{}:{}: {}", at.file, at.line, at.column, error.what()),
                error.advice());
  }
}

// ">10MB", "< 500KB": the reader of the configuration has let through nothing else.
std::uint64_t rule_size(std::string_view word) {
  std::uint64_t size = 0;
  config::parse_size(text::trim(word.substr(1)), size);
  return size;
}

bool same_field_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<std::string> find_pattern_fault(const config::RuleCondition& condition) {
  if (condition.subject == "size") return std::nullopt;
  try {
    if (condition.subject == "from_list") {
      (void)SenderList(condition.pattern);
      return std::nullopt;
    }
    (void)re2::Pattern(condition.pattern);
    return std::nullopt;
  } catch (const Error& error) {
    if (condition.subject == "from_list") return text::escape_controls(error.what());
    return fmt::format("{}; allowed: RE2's syntax, https://github.com/google/re2/wiki/Syntax",
                       text::escape_controls(error.what()));
  }
}

bool BodyScreen::may_hold(std::size_t pattern) {
  if (!may_) may_ = screen_.may_occur(text_);
  return (*may_)[pattern];
}

CompiledCondition::CompiledCondition(const config::RuleCondition& condition, std::size_t number)
    : condition_(condition), pattern_(compile_rule_pattern(condition)), number_(number) {
  if (condition.subject == "size") size_ = rule_size(condition.pattern);
  if (condition.subject == "from_list") list_.emplace(condition.pattern);
}

// The bare address first, so that "@example\.com$" works; then as a person reads it, for patterns on the name.
bool CompiledCondition::in_address(const Address& address) const {
  if (pattern_->found_in(address.address)) return true;
  return !address.name.empty() && pattern_->found_in(fmt::format("{} <{}>", address.name, address.address));
}

bool CompiledCondition::in_addresses(const std::vector<Address>& addresses) const {
  return std::any_of(addresses.begin(), addresses.end(), [&](const Address& a) { return in_address(a); });
}

bool CompiledCondition::in_header(const Mail& mail) const {
  return std::any_of(mail.fields.begin(), mail.fields.end(), [&](const Field& field) {
    return same_field_name(field.name, condition_.header) && pattern_->found_in(decode_words(field.value));
  });
}

bool CompiledCondition::in_attachments(const Mail& mail) const {
  const bool names = condition_.subject == "attachment_name";
  return std::any_of(mail.attachments.begin(), mail.attachments.end(), [&](const Attachment& attachment) {
    if (!names) return pattern_->found_in(attachment.content_type);
    return attachment.filename && pattern_->found_in(*attachment.filename);
  });
}

bool CompiledCondition::holds(const Mail& mail, const Verdict& verdict, const RuleContext& context,
                              BodyScreen& body) const {
  const std::string& what = condition_.subject;
  if (what == "size") return condition_.pattern.front() == '>' ? mail.size > size_ : mail.size < size_;
  if (what == "from_list") return mail.from && list_->holds(mail.from->address);
  if (what == "organisation") return !context.organisation.empty() && pattern_->found_in(context.organisation);
  if (what == "from") return mail.from && in_address(*mail.from);
  if (what == "to") return in_addresses(mail.to);
  if (what == "cc") return in_addresses(mail.cc);
  if (what == "subject") return pattern_->found_in(mail.subject);
  if (what == "body") return body.may_hold(number_) && pattern_->found_in(body.text());
  if (what == "header") return in_header(mail);
  if (what == "kind") return pattern_->found_in(to_string(verdict.kind));
  if (what == "mailbox") return pattern_->found_in(context.mailbox);
  if (what == "trust") return pattern_->found_in(context.trust);
  return in_attachments(mail);
}

}  // namespace poller
