// The families that the outside relies on: names, types, labels, all there from the start at zero.
#include "service/metrics.h"

#include <doctest/doctest.h>

#include <set>
#include <sstream>

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test

namespace {

config::Config config_with(std::initializer_list<const char*> names) {
  config::Config config;
  for (const auto* name : names) {
    config::Mailbox mailbox;
    mailbox.name = name;
    config.mailboxes.push_back(mailbox);
  }
  config::Queue queue;
  queue.name = "support";
  config.queues.push_back(queue);
  return config;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("every family stands there from the start, with its type and labels, at zero") {
  Metrics metrics;
  metrics.declare(config_with({"support"}));
  const std::string text = metrics.text();
  const std::pair<const char*, const char*> families[] = {
      {"poller_build_info", "gauge"},
      {"poller_poll_last_success_timestamp_seconds", "gauge"},
      {"poller_poll_interval_seconds", "gauge"},
      {"poller_poll_duration_seconds", "histogram"},
      {"poller_mail_fetched_total", "counter"},
      {"poller_mail_fetched_bytes_total", "counter"},
      {"poller_mail_lag_seconds", "histogram"},
      {"poller_tickets_created_total", "counter"},
      {"poller_messages_stored_total", "counter"},
      {"poller_duplicates_total", "counter"},
      {"poller_quarantined", "gauge"},
      {"poller_outbox_pending", "gauge"},
      {"poller_outbox_full", "gauge"},
      {"poller_outbox_sent_total", "counter"},
      {"poller_token_refresh_total", "counter"},
      {"poller_token_expiry_timestamp_seconds", "gauge"},
      {"poller_client_secret_expiry_timestamp_seconds", "gauge"},
      {"poller_sign_in_needed", "gauge"},
      {"poller_mail_server_errors_total", "counter"},
      {"poller_storage_errors_total", "counter"},
  };
  for (const auto& [name, type] : families) {
    CHECK_MESSAGE(has_line(text, std::string("# TYPE ") + name + " " + type), name);
  }
  for (const auto* line : {
           "poller_poll_last_success_timestamp_seconds{mailbox=\"support\"} 0",
           "poller_poll_interval_seconds{mailbox=\"support\"} 60",
           "poller_poll_duration_seconds_count{mailbox=\"support\"} 0",
           "poller_poll_duration_seconds_bucket{mailbox=\"support\",le=\"+Inf\"} 0",
           "poller_mail_fetched_total{mailbox=\"support\"} 0",
           "poller_mail_fetched_bytes_total{mailbox=\"support\"} 0",
           "poller_mail_lag_seconds_sum{mailbox=\"support\"} 0",
           "poller_tickets_created_total{queue=\"support\"} 0",
           "poller_messages_stored_total{kind=\"mail\"} 0",
           "poller_messages_stored_total{kind=\"bounce\"} 0",
           "poller_duplicates_total 0",
           "poller_quarantined 0",
           "poller_outbox_pending 0",
           "poller_outbox_full 0",
           "poller_outbox_sent_total{result=\"sent\"} 0",
           "poller_token_refresh_total{mailbox=\"support\",result=\"ok\"} 0",
           "poller_token_expiry_timestamp_seconds{mailbox=\"support\"} 0",
           "poller_client_secret_expiry_timestamp_seconds{mailbox=\"support\"} 0",
           "poller_mail_server_errors_total{mailbox=\"support\",kind=\"unreachable\"} 0",
           "poller_storage_errors_total{kind=\"storage\"} 0",
       }) {
    CHECK_MESSAGE(has_line(text, line), line);
  }
}

TEST_CASE("mails and turns are counted where they belong") {
  Metrics metrics;
  const auto config = config_with({"a", "b"});
  metrics.declare(config);
  MailEvent event;
  event.bytes = 1000;
  event.received_at = 1;
  event.lag_seconds = 7;
  event.placement.is_new_ticket = true;
  event.placement.queue = "support";
  metrics.mail(config.mailboxes[0], event);
  event.placement.outcome = Outcome::duplicate;
  event.placement.is_new_ticket = false;
  metrics.mail(config.mailboxes[1], event);
  PassSummary summary;
  TurnReport good{config.mailboxes[0], summary};
  metrics.turn(good, 1234);
  Error throttled(ErrorKind::temporary, "slow down");
  throttled.set_retry_after(std::chrono::seconds(5));
  TurnReport bad{config.mailboxes[1], summary, &throttled};
  metrics.turn(bad, 1235);
  const std::string text = metrics.text();
  CHECK(has_line(text, "poller_mail_fetched_total{mailbox=\"a\"} 1"));
  CHECK(has_line(text, "poller_mail_fetched_bytes_total{mailbox=\"b\"} 1000"));
  CHECK(has_line(text, "poller_tickets_created_total{queue=\"support\"} 1"));
  CHECK(has_line(text, "poller_messages_stored_total{kind=\"mail\"} 1"));
  CHECK(has_line(text, "poller_duplicates_total 1"));
  CHECK(has_line(text, "poller_poll_last_success_timestamp_seconds{mailbox=\"a\"} 1234"));
  CHECK(has_line(text, "poller_poll_last_success_timestamp_seconds{mailbox=\"b\"} 0"));
  CHECK(has_line(text, "poller_mail_server_errors_total{mailbox=\"b\",kind=\"throttled\"} 1"));
  CHECK(has_line(text, "poller_mail_lag_seconds_bucket{mailbox=\"a\",le=\"5\"} 0"));
  CHECK(has_line(text, "poller_mail_lag_seconds_bucket{mailbox=\"a\",le=\"10\"} 1"));
  CHECK(has_line(text, "poller_mail_lag_seconds_bucket{mailbox=\"a\",le=\"+Inf\"} 1"));
}

TEST_CASE(
    "the interval is the schedule's, or the renewal's of a connection that waits for news, as the last success had "
    "it") {
  Metrics metrics;
  auto config = config_with({"a", "folder"});
  auto& a = config.mailboxes[0];
  auto& folder = config.mailboxes[1];
  folder.protocol = config::Protocol::directory;
  a.poll_every = folder.poll_every = std::chrono::seconds(30);
  metrics.declare(config);
  const auto is = [&](const char* mailbox, const char* seconds) {
    return has_line(metrics.text(),
                    std::string("poller_poll_interval_seconds{mailbox=\"") + mailbox + "\"} " + seconds);
  };
  CHECK(is("a", "30"));
  const PassSummary summary;
  const Error away(ErrorKind::unreachable, "gone");
  metrics.turn({a, summary, nullptr, true}, 1);
  CHECK(is("a", "600"));
  metrics.turn({folder, summary, nullptr, true}, 1);
  CHECK(is("folder", "30"));  // looked through by the schedule all the same
  metrics.turn({a, summary, &away}, 2);
  CHECK(is("a", "600"));
  metrics.declare(config);  // a reload: the last success may be as old as that
  CHECK(is("a", "600"));
  metrics.turn({a, summary}, 3);
  CHECK(is("a", "30"));
  a.poll_every = std::chrono::hours(1);
  metrics.declare(config);
  CHECK(is("a", "3600"));
}

TEST_CASE("a mailbox that waits for a sign-in says so until its next pass without an error") {
  Metrics metrics;
  const auto config = config_with({"a"});
  metrics.declare(config);
  const auto needed = [&] { return has_line(metrics.text(), "poller_sign_in_needed{mailbox=\"a\"} 1"); };
  const PassSummary summary;
  const Error refused(ErrorKind::sign_in, "refused"), away(ErrorKind::unreachable, "gone");
  CHECK(has_line(metrics.text(), "poller_sign_in_needed{mailbox=\"a\"} 0"));
  metrics.turn({config.mailboxes[0], summary, &refused}, 1);
  CHECK(needed());
  metrics.turn({config.mailboxes[0], summary, &away}, 2);
  CHECK(needed());
  metrics.turn({config.mailboxes[0], summary}, 3);
  CHECK_FALSE(needed());
  metrics.sign_in_needed("a");  // the token's state says so: its app was refused
  CHECK(needed());
}

TEST_CASE("a name that is not so simple is escaped, and no series stands twice") {
  Metrics metrics;
  metrics.declare(config_with({"a\"b\\c"}));
  metrics.declare(config_with({"a\"b\\c"}));
  CHECK(has_line(metrics.text(), R"(poller_mail_fetched_total{mailbox="a\"b\\c"} 0)"));
  std::set<std::string> seen;
  std::istringstream lines(metrics.text());
  for (std::string line; std::getline(lines, line);) {
    if (line[0] != '#') CHECK(seen.insert(line.substr(0, line.rfind(' '))).second);
  }
}
