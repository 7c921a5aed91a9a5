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

std::string explain_missing(const std::vector<std::string>& missing) {
  std::string what;
  for (const std::string& scope : missing) {
    const std::string_view name = name_of_scope(scope);
    if (!what.empty()) what += ", ";
    what += name;
    if (text::istarts_with(name, "IMAP.")) what += " (reading mail by IMAP will be refused)";
    if (text::istarts_with(name, "POP.")) what += " (reading mail by POP3 will be refused)";
    if (text::istarts_with(name, "SMTP.")) what += " (sending mail will be refused)";
  }
  if (what.empty()) return what;
  return fmt::format(
      "Not granted: {}. The app's owner adds it as a delegated permission to the app registration, then sign in again "
      "with `{{login}}` and accept it.",
      what);
}

}  // namespace poller::oauth
