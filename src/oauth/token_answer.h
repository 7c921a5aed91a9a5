// What a token endpoint says: a grant, or a refusal (RFC 6749 sections 5.1 and 5.2, and what Entra adds to them).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "oauth/http.h"

namespace poller::oauth {

struct Grant {
  Secret access_token;
  Secret refresh_token;  // empty when the old one stays good
  std::chrono::seconds expires_in{3600};
  std::optional<std::vector<std::string>> scopes;          // as granted, when the answer names them
  std::optional<std::chrono::seconds> refresh_expires_in;  // some providers tell
  std::vector<std::string> signed_in_as;                   // names_in_token() of the id_token, where there is one
};

struct Refusal {
  enum class Form { oauth, unreadable, redirect };  // an OAuth error object, anything else, a redirect
  Form form = Form::oauth;
  int status = 0;
  std::string error;           // "invalid_grant"
  std::string suberror;        // Entra
  std::string description;     // one line, cut at 500 bytes, without the trace lines
  std::vector<int> codes;      // AADSTS numbers, from error_codes or the description
  std::string correlation_id;  // to quote to Microsoft
  std::string timestamp;       // likewise
  std::string location;        // of a redirect
  std::string content_type;
  std::optional<std::chrono::seconds> retry_after;
};

using TokenAnswer = std::variant<Grant, Refusal>;

/// `secrets` are those that were sent: where the answer repeats one, "[secret]" stands in its place.
TokenAnswer read_token_answer(const HttpAnswer& answer, const std::vector<Secret>& secrets = {});

/// Whose token it is, by the claims of an id_token (OpenID Connect Core section 5.1) or of an access token that happens
/// to be a JWT: every name it gives the person, the best first; none where it is opaque. Nothing is verified: the token
/// came straight from the token endpoint over TLS, and the names are for a message alone.
std::vector<std::string> names_in_token(std::string_view token);

/// The pieces of a space-separated list (RFC 6749 section 3.3).
std::vector<std::string> split_scopes(std::string_view scopes);

/// The refusal as one line without advice: error, code, description, correlation id and timestamp.
std::string to_line(const Refusal& refusal);

}  // namespace poller::oauth
