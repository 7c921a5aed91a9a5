#include "intake/decision.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace poller;

TEST_CASE("a decision record is JSON with everything that led to the placement") {
  Placement placement;
  placement.is_new_ticket = true;
  placement.queue = "a \"queue\"";
  placement.reasons = {"no signal: a new ticket", "rule:1 (poller.yaml:7): drop"};
  placement.trust.verdict = "pass";
  placement.trust.signals.push_back({"number", "[T-1]", 1, "T-1", "stranger", "new, linked", ""});
  const auto record = nlohmann::json::parse(decision_json(placement));
  CHECK(record["queue"] == "a \"queue\"");
  CHECK(record["reasons"].size() == 2);
  CHECK(record["trust"]["signals"][0]["number"] == "T-1");
}

TEST_CASE("what is asked of a stored record") {
  Placement placement;
  CHECK_FALSE(says_new_ticket(decision_json(placement)));
  CHECK_FALSE(says_rule(decision_json(placement)));
  placement.is_new_ticket = true;
  CHECK(says_new_ticket(decision_json(placement)));
  placement.reasons = {"rule:1 (poller.yaml:7): drop"};
  CHECK(says_rule(decision_json(placement)));
  placement.reasons = {"auto-submitted", "rule:1 (poller.yaml:7): drop"};
  CHECK(says_rule(decision_json(placement)));
}

TEST_CASE("no text of a mail makes a record say what it does not") {
  Placement placement;
  placement.reasons = {R"(reference:x","is_new_ticket":true,"reasons":["rule:1)", R"(["rule:)", R"(,"rule:)"};
  placement.trust.signals.push_back({"number", R"("is_new_ticket":true)", 1, R"(,"rule:)", "stranger", "", ""});
  CHECK_FALSE(says_new_ticket(decision_json(placement)));
  CHECK_FALSE(says_rule(decision_json(placement)));
}
