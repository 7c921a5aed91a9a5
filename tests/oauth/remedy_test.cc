// Every AADSTS number an administrator may meet: how the program goes on, who must act, and that the advice says so.
#include "oauth/remedy.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "oauth/token_request.h"
#include "oauth/token_status.h"
#include "scripted.h"

namespace poller::oauth {
namespace {

struct KnownCode {
  int code;
  const char* error;  // as Entra sends it along
  Remedy remedy;
  Who who;
  const char* advice;  // a piece of it
};

// Microsoft's list of error codes, those that a mail poller can meet.
const std::vector<KnownCode>& known_codes() {
  using enum Remedy;
  static const std::vector<KnownCode> codes{
      {700082, "invalid_grant", grant_dead, Who::user, "poller login support"},
      {70008, "invalid_grant", grant_dead, Who::user, "poller login support"},
      {700084, "invalid_grant", grant_dead, Who::app_owner, "Single-page application"},
      {50173, "invalid_grant", grant_dead, Who::user, "revoked"},
      {50132, "invalid_grant", grant_dead, Who::user, "revoked"},
      {50133, "invalid_grant", grant_dead, Who::user, "revoked"},
      {70000, "invalid_grant", grant_dead, Who::user, "poller login support"},
      {50089, "invalid_grant", grant_dead, Who::user, "poller login support"},
      {70043, "invalid_grant", grant_dead, Who::user, "sign-in frequency"},
      {65001, "invalid_grant", sign_in, Who::user, "admin consent"},
      {65004, "access_denied", sign_in, Who::administrator, "declined"},
      {90094, "access_denied", sign_in, Who::administrator, "admin consent"},
      {650056, "invalid_client", configuration, Who::app_owner, "IMAP.AccessAsUser.All"},
      {650057, "invalid_resource", configuration, Who::app_owner, "IMAP.AccessAsUser.All"},
      {70011, "invalid_scope", configuration, Who::operator_, "oauth.scopes"},
      {500011, "invalid_resource", configuration, Who::operator_, "preset"},
      {50076, "interaction_required", sign_in, Who::user, "Multi-factor"},
      {50079, "interaction_required", sign_in, Who::user, "Multi-factor"},
      {50072, "interaction_required", sign_in, Who::user, "Multi-factor"},
      {50074, "interaction_required", sign_in, Who::user, "Multi-factor"},
      {50078, "interaction_required", sign_in, Who::user, "Multi-factor"},
      {53003, "access_denied", sign_in, Who::administrator, "Conditional Access"},
      {53000, "interaction_required", sign_in, Who::administrator, "Conditional Access"},
      {53001, "interaction_required", sign_in, Who::administrator, "Conditional Access"},
      {53002, "interaction_required", sign_in, Who::administrator, "Conditional Access"},
      {530032, "interaction_required", sign_in, Who::administrator, "Conditional Access"},
      {53011, "interaction_required", sign_in, Who::administrator, "Conditional Access"},
      {50105, "interaction_required", sign_in, Who::administrator, "assign"},
      {50034, "invalid_grant", sign_in, Who::operator_, "oauth.user"},
      {50020, "invalid_grant", sign_in, Who::operator_, "oauth.tenant"},
      {50053, "invalid_grant", sign_in, Who::administrator, "locked"},
      {50055, "invalid_grant", sign_in, Who::user, "password has expired"},
      {50057, "invalid_grant", sign_in, Who::administrator, "disabled"},
      {50126, "invalid_grant", sign_in, Who::user, "password is wrong"},
      {7000215, "invalid_client", configuration, Who::operator_, "Value"},
      {7000222, "invalid_client", configuration, Who::app_owner, "expired"},
      {700027, "invalid_client", configuration, Who::app_owner, "certificate"},
      {50012, "invalid_client", configuration, Who::app_owner, "certificate"},
      {7000218, "invalid_client", configuration, Who::app_owner, "Mobile and desktop applications"},
      {700025, "invalid_client", configuration, Who::operator_, "oauth.client_secret"},
      {700016, "unauthorized_client", configuration, Who::operator_, "exchanged"},
      {7000112, "unauthorized_client", configuration, Who::administrator, "disabled"},
      {700011, "unauthorized_client", configuration, Who::operator_, "oauth.client_id"},
      {70001, "unauthorized_client", configuration, Who::operator_, "oauth.client_id"},
      {90002, "invalid_request", configuration, Who::operator_, "exchanged"},
      {900023, "invalid_request", configuration, Who::operator_, "exchanged"},
      {90038, "invalid_request", configuration, Who::operator_, "national cloud"},
      {50194, "invalid_request", configuration, Who::operator_, "oauth.tenant"},
      {50011, "invalid_request", configuration, Who::app_owner, "redirect"},
      {54005, "invalid_grant", code_over, Who::user, "poller login support"},
      {501481, "invalid_grant", code_over, Who::user, "poller login support"},
      {50147, "invalid_grant", code_over, Who::user, "poller login support"},
      {501491, "invalid_grant", code_over, Who::user, "poller login support"},
      {9002313, "invalid_request", configuration, Who::operator_, "malformed"},
      {900144, "invalid_request", configuration, Who::operator_, "malformed"},
      {9002332, "invalid_request", configuration, Who::app_owner, "personal"},
      {70016, "authorization_pending", pending, Who::user, "not finished"},
      {70018, "bad_verification_code", code_over, Who::user, "wrong"},
      {70019, "expired_token", code_over, Who::user, "in time"},
      {70020, "expired_token", code_over, Who::user, "in time"},
      {50033, "server_error", retry, Who::nobody, "passing"},
      {50087, "server_error", retry, Who::nobody, "passing"},
      {90006, "server_error", retry, Who::nobody, "passing"},
      {90012, "server_error", retry, Who::nobody, "passing"},
      {90024, "server_error", retry, Who::nobody, "passing"},
      {90033, "temporarily_unavailable", retry, Who::nobody, "passing"},
      {90090, "server_error", retry, Who::nobody, "passing"},
      {90091, "server_error", retry, Who::nobody, "passing"},
      {40010, "server_error", retry, Who::nobody, "passing"},
      {70012, "server_error", retry, Who::nobody, "passing"},
      {90055, "temporarily_unavailable", throttled, Who::nobody, "throttling"},
      {50196, "invalid_grant", throttled, Who::nobody, "throttling"},
  };
  return codes;
}

Refusal refused(const HttpAnswer& answer) { return std::get<Refusal>(read_token_answer(answer)); }

Error failure(TokenTest& t) {
  try {
    t.source().access_token();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::ours, "nothing was thrown"};
}

}  // namespace

TEST_CASE("the table says for each code how to go on and who must do what") {
  for (const auto& known : known_codes()) {
    CAPTURE(known.code);
    const Diagnosis found = diagnose(refused(entra_refusal(known.error, known.code)), config::Preset::microsoft365);
    CHECK(found.remedy == known.remedy);
    CHECK(found.who == known.who);
    const std::string advice = with_commands(found.advice, "support");
    CHECK_MESSAGE(advice.find(known.advice) != std::string::npos, advice);
    CHECK(advice.back() == '.');
    CHECK(advice.find('{') == std::string::npos);
  }
}

TEST_CASE("each code at a refresh: the kind of error, what is asked again, and what status says") {
  for (const auto& known : known_codes()) {
    CAPTURE(known.code);
    TokenTest t;
    t.sign_in("refresh-1");
    t.provider.handler = [&](const Asked&) { return entra_refusal(known.error, known.code); };
    const Error error = failure(t);
    CHECK(error.kind() == error_kind_of(known.remedy));
    const std::string what = error.what();
    CHECK(what.find("AADSTS" + std::to_string(known.code)) != std::string::npos);
    CHECK(what.find("correlation id fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7") != std::string::npos);
    CHECK(what.find("timestamp 2026-01-09 02:02:12Z") != std::string::npos);
    CHECK_FALSE(error.advice().empty());
    const auto asked = t.provider.asked.size();
    CHECK(asked == (known.remedy == Remedy::retry ? 4U : 1U));
    static_cast<void>(failure(t));
    CHECK_MESSAGE(t.provider.asked.size() == asked, "no hammering");
    const auto status = token_status(t.config, t.clock.unix_now()).at(0);
    const bool person = error.kind() == ErrorKind::sign_in || error.kind() == ErrorKind::configuration;
    CHECK((status.state == TokenStatus::State::sign_in_needed) == person);
    if (person) CHECK(status.since > 0);
    CHECK(t.entry().refresh_token.reveal() == "refresh-1");
  }
}

TEST_CASE("where the kind of client was wrong, a new sign-in is needed after the mend, and the advice says so") {
  for (const int code : {7000218, 700025}) {
    const std::string advice = with_commands(find_aadsts(code)->advice, "support");
    CHECK_MESSAGE(advice.find("then the user signs in again with `poller login support`") != std::string::npos, advice);
  }
}

TEST_CASE("a code that stands in the description alone is found, in both of Microsoft's layouts") {
  for (const char* gap : {"\\r\\n", " "}) {
    const std::string description = std::string("AADSTS53003: Access has been blocked.") + gap + "Trace ID: x" + gap +
                                    "Correlation ID: fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7" + gap +
                                    "Timestamp: 2026-01-09 02:02:12Z";
    const Refusal refusal =
        refused(json_answer(400, R"({"error":"invalid_grant","error_description":")" + description + "\"}"));
    CHECK(refusal.codes == std::vector<int>{53003});
    CHECK(refusal.correlation_id == "fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7");
    CHECK(diagnose(refusal, config::Preset::microsoft365).who == Who::administrator);
  }
}

TEST_CASE("a number that nobody knows: the error's name decides") {
  const auto remedy = [](const char* error, int status = 400) {
    return diagnose(refused(entra_refusal(error, 9999999, status)), config::Preset::microsoft365).remedy;
  };
  CHECK(remedy("invalid_grant") == Remedy::grant_dead);
  CHECK(remedy("interaction_required") == Remedy::sign_in);
  CHECK(remedy("consent_required") == Remedy::sign_in);
  CHECK(remedy("login_required") == Remedy::sign_in);
  CHECK(remedy("invalid_client", 401) == Remedy::configuration);
  CHECK(remedy("unauthorized_client") == Remedy::configuration);
  CHECK(remedy("invalid_scope") == Remedy::configuration);
  CHECK(remedy("server_error", 500) == Remedy::retry);
  CHECK(remedy("temporarily_unavailable", 503) == Remedy::retry);
  CHECK(remedy("something", 429) == Remedy::throttled);
  CHECK(remedy("something") == Remedy::configuration);
}

TEST_CASE("Google's dead grant names the consent screen that is in testing") {
  const auto found =
      diagnose(refused(json_answer(
                   400, R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})")),
               config::Preset::gmail);
  CHECK(found.remedy == Remedy::grant_dead);
  CHECK(found.advice.find("Testing") != std::string::npos);
}

TEST_CASE("no code stands in the table twice or is missing here") {
  std::set<int> seen;
  for (const auto& known : known_codes()) CHECK(seen.insert(known.code).second);
  for (int code = 0; code < 10'000'000; ++code) {
    if (find_aadsts(code) != nullptr && seen.count(code) == 0) FAIL_CHECK("untested: " << code);
  }
}

}  // namespace poller::oauth
