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

  /// The first of that method, or null.
  [[nodiscard]] const AuthenticationMethod* find(std::string_view method) const noexcept;
};

/// `value` is a raw, unfolded field value; its first 16 KB are read. Broken pieces are skipped.
AuthenticationResults parse_authentication_results(std::string_view value);

}  // namespace poller
