// Structured header values: "text/plain; charset=utf-8; name*0*=utf-8''..." (RFC 2045 section 5.1, RFC 2231), and what
// is written instead.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct Parameter {
  std::string name;   // lower case, without the "*" and numbers of RFC 2231
  std::string value;  // decoded, UTF-8
};

struct StructuredValue {
  std::string value;  // what stands before the first ";", lower case, without blanks and comments
  std::vector<Parameter> parameters;
  bool cut = false;      // there were more parameters than `limit`
  bool guessed = false;  // a charset had to be guessed

  /// The first parameter of that name (lower case), or null.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  [[nodiscard]] std::string get(std::string_view name) const;
};

/// `value` is a raw, unfolded header value. Continuations are joined by number, percent-encoding and charsets (RFC
/// 2231, 5987) and encoded words (RFC 2047, not allowed here but common) decoded, quotes and escapes removed, a missing
/// ";" and quotes within quotes survived.
StructuredValue parse_structured(std::string_view value, int limit, std::string_view hint = {});

}  // namespace poller
