// `poller check --online` names the step that failed, where a server goes wrong between TLS and the folder.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "../support/scripted_server.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::Conversation;
using poller::support::Script;
using poller::support::ScriptedServer;
using poller::support::ScriptedTls;
using poller::support::TestCa;

namespace {

struct Outcome {
  int exit_code = 0;
  std::string names;      // of the steps, those that failed with a "!" behind
  nlohmann::json failed;  // the step that did
  nlohmann::json tls;     // the step "tls", or null
  double connect_seconds = -1;
};

class Desk {
 public:
  Desk(std::string protocol, Script script, bool starttls = false)
      : server_(ScriptedTls{ca_.server(), !starttls}, std::move(script)) {
    options_.protocol = std::move(protocol);
    options_.after = "keep";
    options_.port = server_.port();
    options_.ca_file = ca_.ca_file();
    options_.tls = starttls ? "starttls" : "implicit";
    options_.more = "deadlines: {connect: 1s, command: 1s}\n";
  }
  HomeOptions& options() { return options_; }

  Outcome check() const { return check(Home(options_)); }
  static Outcome check(const Home& home) {
    const auto result = home.run({"check", "--online", "--json"});
    const auto lines = json_lines(result.out);
    REQUIRE_MESSAGE(lines.size() == 1, result.out, result.err);
    Outcome out;
    out.exit_code = result.exit_code;
    for (const auto& step : lines[0].at("steps")) {
      const bool ok = step.at("ok");
      out.names += (out.names.empty() ? "" : " ") + step.at("step").get<std::string>() + (ok ? "" : "!");
      if (!ok) out.failed = step;
      if (step.at("step") == "tls") out.tls = step;
      if (step.at("step") == "connect") out.connect_seconds = step.at("seconds");
    }
    REQUIRE_MESSAGE(!out.failed.is_null(), result.out);
    CHECK_MESSAGE(out.failed.at("advice").is_string(), out.failed.dump());
    return out;
  }

 private:
  TestCa ca_;
  ScriptedServer server_;
  HomeOptions options_;
};

void stay_mute(Conversation& to) { to.wait_for_end(); }

}  // namespace

TEST_CASE("a server that is mute behind TLS has TLS done, and the greeting's wait is the sign-in's") {
  for (const auto* protocol : {"imap", "pop3"}) {
    CAPTURE(protocol);
    const auto found = Desk(protocol, stay_mute).check();
    CHECK(found.names == "connect tls sign-in!");
    CHECK(found.exit_code == 69);
    CHECK(holds(found.tls.at("detail"), "TLSv1."));
    CHECK(holds(found.tls.at("detail"), "days left"));
    CHECK(holds(found.failed.at("detail"), "gave no greeting"));
    CHECK(found.failed.at("seconds").get<double>() > 0.8);
    CHECK(found.connect_seconds < 0.5);
    CHECK(found.tls.at("seconds").get<double>() < 0.8);
  }
}

TEST_CASE("a greeting that refuses and one that breaks off are failures behind TLS") {
  const auto bye = Desk("imap", [](Conversation& to) {
                     to.say("* BYE Server is going down for maintenance.");
                     to.close();
                   }).check();
  CHECK(bye.names == "connect tls sign-in!");
  CHECK(bye.exit_code == 75);
  CHECK(holds(bye.failed.at("detail"), "going down for maintenance"));
  const auto gone = Desk("pop3", [](Conversation& to) {
                      to.say("+OK ready");
                      to.close();
                    }).check();
  CHECK(gone.names == "connect tls sign-in!");
  CHECK(gone.exit_code == 75);
  CHECK(holds(gone.tls.at("detail"), "days left"));
}

TEST_CASE("before STARTTLS a mute server has failed in TLS, and took its time there") {
  const auto found = Desk("imap", stay_mute, true).check();
  CHECK(found.names == "connect tls!");
  CHECK(found.failed.at("seconds").get<double>() > 0.8);
}

TEST_CASE("a certificate for another name is not called TLS that stands") {
  TestCa ca;
  const auto other = ca.issue("other", {"elsewhere.test", "DNS:elsewhere.test"});
  ScriptedServer server(ScriptedTls{other, true}, stay_mute);
  HomeOptions options;
  options.port = server.port();
  options.ca_file = ca.ca_file();
  const auto lines = json_lines(Home(options).run({"check", "--online", "--json"}).out);
  REQUIRE(lines.size() == 1);
  REQUIRE(lines[0].at("steps").size() == 2);
  CHECK(lines[0].at("steps")[1].at("step") == "tls");
  CHECK(lines[0].at("steps")[1].at("ok") == false);
}

TEST_CASE("an SMTP server that goes mute behind TLS has TLS done too") {
  TestCa ca;
  ScriptedServer server(ScriptedTls{ca.server(), true}, stay_mute);
  const auto user = new_user();
  dovecot().set_password(user, "pw");
  HomeOptions options = options_for(user);
  options.discovery.clear();
  options.mailbox_keys =
      fmt::format("    smtp: {{host: localhost, port: {}, tls: implicit, ca_file: {}, password: {{file: password}}}}\n",
                  server.port(), ca.ca_file().string());
  options.more = "deadlines: {connect: 1s, command: 10s}\n";
  const auto result = Home(options).run({"check", "--online"});
  CHECK(result.exit_code == 69);
  CHECK_MESSAGE(holds(result.out, "ok   smtp-tls"), result.out);
  CHECK_MESSAGE(holds(result.out, "FAIL smtp-sign-in"), result.out);
}

TEST_CASE("who has mended a sign-in hears from the check what becomes of the status") {
  const auto user = new_user();
  dovecot().set_password(user, "pw");
  HomeOptions options = options_for(user);
  options.discovery.clear();
  const Home home(options);
  poller::support::write_text(home.path() / "password", "another\n");
  home.once(77);
  CHECK_FALSE(holds(home.run({"check", "--online"}).out, "note"));
  poller::support::write_text(home.path() / "password", "pw\n");
  const auto checked = home.run({"check", "--online"});
  CHECK(checked.exit_code == 0);
  CHECK_MESSAGE(holds(checked.out, "  note `poller status` says \"sign-in needed\" until the next poll."), checked.out);
  CHECK(holds(checked.out, "systemctl reload poller"));
  CHECK(json_lines(home.run({"check", "--online", "--json"}).out).at(0).at("note").is_string());
  home.once();
  CHECK(json_lines(home.run({"check", "--online", "--json"}).out).at(0).at("note").is_null());
}

TEST_CASE("a token that is refused does not hide a server that refuses before anybody asks for it") {
  const auto user = new_user();
  Desk desk("imap", [](Conversation& to) {
    to.say("* BYE too many connections");
    to.close();
  });
  desk.options().address = user;
  desk.options().discovery = options_for(user).discovery;
  const Home home(desk.options(), oauth().mint(user).refresh_token);
  oauth().revoke(user);
  const auto found = Desk::check(home);
  CHECK(found.names == "token! connect tls sign-in!");
  CHECK(holds(found.failed.at("detail"), "too many connections"));
}
