// Authentication-Results (RFC 8601) as servers write them, Microsoft's form without an authserv-id included. Values
// only: whether a field may be believed, and what follows from it, is decided elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct AuthenticationProperty {
  std::string type;   // lower case: "smtp", "header", "policy", …; empty where none is given ("action=none")
  std::string name;   // lower case: "mailfrom", "d", "from"
  std::string value;  // as it stands, without quotes
};

struct AuthenticationMethod {
  std::string method;  // lower case: "spf", "dkim", "dmarc", "arc", "compauth"
  std::string result;  // lower case: "pass", "fail", "none", …
  std::string reason;  // may be empty; Microsoft's three digits of compauth too
  std::vector<AuthenticationProperty> properties;

  /// The value of "type.name", or empty.
  [[nodiscard]] std::string_view property(std::string_view type, std::string_view name) const noexcept;
};

struct AuthenticationResults {
  std::optional<std::string> authserv_id;     // lower case; nothing in Microsoft's form
  std::optional<int> instance;                // "i=1" of ARC-Authentication-Results (RFC 8617)
  std::vector<AuthenticationMethod> methods;  // in order; the same method may come several times
  bool whole = true;  // false: a comment or quoted string that does not end, or more than is read

  /// The first of that method, or null.
  [[nodiscard]] const AuthenticationMethod* find(std::string_view method) const noexcept;
};

/// `value` is a raw, unfolded field value; its first 16 KB and 100 methods are read. Broken pieces are skipped.
AuthenticationResults parse_authentication_results(std::string_view value);

/// Whether "METHOD=fail" stands anywhere in it, within comments and quotes too: what a field that is not whole may hide
/// behind a parenthesis that its sender has put into an address.
bool mentions_fail(std::string_view value, std::string_view method);

}  // namespace poller
