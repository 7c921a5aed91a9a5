#include "oauth/scopes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace poller::oauth {
namespace {

std::string_view name_of_scope(std::string_view scope) {
  const std::size_t slash = scope.rfind('/');
  const bool named = slash != std::string_view::npos && slash + 1 < scope.size();
  return named ? scope.substr(slash + 1) : scope;
}

bool is_unspoken(std::string_view scope) {
  static constexpr std::array<std::string_view, 5> kUnspoken{"offline_access", "openid", "profile", "email", "address"};
  return std::any_of(kUnspoken.begin(), kUnspoken.end(), [&](std::string_view u) { return text::iequals(u, scope); });
}

}  // namespace

std::vector<std::string> missing_scopes(const std::vector<std::string>& asked,
                                        const std::vector<std::string>& granted) {
  std::vector<std::string> missing;
  if (granted.empty()) return missing;
  for (const std::string& scope : asked) {
    const auto same = [&](const std::string& g) { return text::iequals(name_of_scope(g), name_of_scope(scope)); };
    if (!is_unspoken(scope) && std::none_of(granted.begin(), granted.end(), same)) missing.push_back(scope);
  }
  return missing;
}

std::string access_of(const std::vector<std::string>& scopes) {
  constexpr std::string_view kGoogleMail = "https://mail.google.com/";  // IMAP, POP3 and SMTP in one
  bool reading = false, sending = false;
  for (const std::string& scope : scopes) {
    const std::string_view name = name_of_scope(scope);
    const bool all = text::iequals(scope, kGoogleMail);
    reading = reading || all || text::istarts_with(name, "IMAP.") || text::istarts_with(name, "POP.");
    sending = sending || all || text::istarts_with(name, "SMTP.");
  }
  if (reading && sending) return "reading and sending mail";
  return reading ? "reading mail" : sending ? "sending mail" : "";
}

std::string what_fails_without(const std::vector<std::string>& missing) {
  std::string what;
  for (const std::string& scope : missing) {
    const std::string_view name = name_of_scope(scope);
    if (!what.empty()) what += ", ";
    what += name;
    if (text::istarts_with(name, "IMAP.")) what += " (reading mail by IMAP will be refused)";
    if (text::istarts_with(name, "POP.")) what += " (reading mail by POP3 will be refused)";
    if (text::istarts_with(name, "SMTP.")) what += " (sending mail will be refused)";
  }
  return what;
}

std::string explain_missing(const std::vector<std::string>& missing) {
  if (missing.empty()) return {};
  return fmt::format(
      "Not granted: {}. The app's owner adds it as a delegated permission to the app registration, then sign in again "
      "with `{{login}}` and accept it.",
      what_fails_without(missing));
}

std::string explain_missing(const std::vector<std::string>& missing, const std::vector<std::string>& asked) {
  const std::vector<std::string> not_asked = missing_scopes(missing, asked);
  std::vector<std::string> refused = missing;
  std::erase_if(refused, [&](const std::string& scope) {
    return std::find(not_asked.begin(), not_asked.end(), scope) != not_asked.end();
  });
  const std::string declined = explain_missing(refused);
  if (not_asked.empty()) return declined;
  return fmt::format("{}{}Not asked for when the user signed in: {}. Sign in again with `{{login}}`.", declined,
                     declined.empty() ? "" : " ", what_fails_without(not_asked));
}

}  // namespace poller::oauth
