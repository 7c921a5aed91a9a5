#include "intake/sender_trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "parsers/address_key.h"
#include "parsers/addresses.h"
#include "parsers/authentication_results.h"

namespace poller {
namespace {

constexpr std::string_view kGoogleServer = "mx.google.com";
constexpr std::size_t kMostFromAddresses = 20;

std::string_view domain_part(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

std::string domain_key(std::string_view domain) { return address_key("@" + std::string(domain)).substr(1); }

bool is_within(std::string_view domain, std::string_view parent) {
  return text::iequals(domain, parent) || (domain.size() > parent.size() && text::iends_with(domain, parent) &&
                                           domain[domain.size() - parent.size() - 1] == '.');
}

// DMARC aligns with From's domain; a result about another one (several From, a second From field) says nothing of the
// address that we go by. The header may spell the one with "xn--" and From the same one without.
bool is_about(std::string_view judged, std::string_view from_domain) {
  if (judged.empty()) return true;
  const auto at = judged.rfind('@');  // some servers write the whole address there
  if (at != std::string_view::npos) judged = judged.substr(at + 1, judged.find('>', at) - at - 1);
  const std::string a = domain_key(judged);
  const std::string b = domain_key(from_domain);
  return is_within(a, b) || (is_within(b, a) && a.find('.') != std::string::npos);
}

std::optional<SenderTrust> verdict_word(const AuthenticationMethod* method) {
  if (method == nullptr) return std::nullopt;
  if (method->result == "pass" || method->result == "bestguesspass") return SenderTrust::pass;
  // Beside RFC 8601's word what servers write that name the policy's consequence.
  for (const char* fail : {"fail", "hardfail", "reject", "quarantine"}) {
    if (method->result == fail) return SenderTrust::fail;
  }
  return std::nullopt;
}

// Of several results of one method in the field, a fail is the one that counts.
const AuthenticationMethod* worst_of(const AuthenticationResults& results, std::string_view name) {
  for (const AuthenticationMethod& method : results.methods) {
    if (method.method == name && verdict_word(&method) == SenderTrust::fail) return &method;
  }
  return results.find(name);
}

// A field of the receiving server that does not end well: the sender's own words (an envelope address with a
// parenthesis) have swallowed a part of it. Nothing good in it is believed, and a fail wherever it stands.
SenderFinding judge_broken(std::string_view value, const std::string& by) {
  for (const char* name : {"compauth", "dmarc"}) {
    if (mentions_fail(value, name)) {
      return {SenderTrust::fail, fmt::format("{}=fail by {}, in a field that is broken or too long", name, by)};
    }
  }
  return {SenderTrust::none, fmt::format("the field of {} is broken or too long to be believed", by)};
}

SenderFinding judge_results(const AuthenticationResults& results, const Mail& mail, const std::string& by) {
  for (const char* name : {"compauth", "dmarc"}) {
    const AuthenticationMethod* method = worst_of(results, name);
    const auto verdict = verdict_word(method);
    if (!verdict) continue;
    SenderFinding finding{*verdict, fmt::format("{}={} by {}", name, method->result, by)};
    const AuthenticationMethod* dmarc = results.find("dmarc");
    const std::string_view judged = dmarc == nullptr ? std::string_view() : dmarc->property("header", "from");
    const std::string_view from = mail.from ? domain_part(mail.from->address) : std::string_view();
    if (*verdict == SenderTrust::pass && !is_about(judged, from)) {
      finding = {SenderTrust::fail, fmt::format("{}, but about {}, which is not From's domain", finding.why,
                                                text::escape_controls(judged))};
    }
    return finding;
  }
  return {SenderTrust::none, fmt::format("{} gives neither pass nor fail", by)};
}

// The topmost field of the server that counts.
SenderFinding find_results(const Mail& mail, const std::string& authserv_id, bool microsoft_form) {
  const std::string by = microsoft_form ? "Microsoft" : authserv_id;
  for (const Field& field : mail.fields) {
    if (!text::iequals(field.name, "Authentication-Results")) continue;
    const AuthenticationResults results = parse_authentication_results(field.value);
    if (microsoft_form ? results.authserv_id.has_value()
                       : !text::iequals(results.authserv_id.value_or(""), authserv_id))
      continue;
    return results.whole ? judge_results(results, mail, by) : judge_broken(field.value, by);
  }
  return {SenderTrust::none,
          microsoft_form ? "no Authentication-Results in Microsoft's form" : "no Authentication-Results of " + by};
}

// Every field of that name must say so: a second one would be the sender's.
bool is_internal(const Mail& mail) {
  bool found = false;
  for (const Field& field : mail.fields) {
    if (!text::iequals(field.name, "X-MS-Exchange-Organization-AuthAs")) continue;
    if (!text::iequals(text::trim(field.value), "Internal")) return false;
    found = true;
  }
  return found;
}

}  // namespace

SenderFinding judge_sender(const Mail& mail, const config::Mailbox& mailbox) {
  const bool microsoft = config::is_microsoft(mailbox.preset);
  std::string authserv_id = mailbox.trust.authserv_id;
  if (authserv_id.empty() && mailbox.preset == config::Preset::gmail) authserv_id = kGoogleServer;
  SenderFinding finding{SenderTrust::none, "no server's word on senders counts here (trust.authserv_id)"};
  if (!authserv_id.empty() || microsoft) finding = find_results(mail, authserv_id, authserv_id.empty());
  if (finding.trust == SenderTrust::none && microsoft && mailbox.trust.internal && is_internal(mail)) {
    finding = {SenderTrust::pass, "X-MS-Exchange-Organization-AuthAs: Internal"};
  }
  return finding;
}

bool has_several_senders(const Mail& mail) {
  std::size_t addresses = 0;
  for (const Field& field : mail.fields) {
    if (!text::iequals(field.name, "From")) continue;
    addresses += parse_addresses(field.value, kMostFromAddresses).size();
  }
  return addresses > 1;
}

}  // namespace poller
