// Whose address it is: an agent's, our own.
#include <doctest/doctest.h>

#include "config/config.h"

using namespace poller::config;

TEST_CASE("agents are listed by address or by domain, with capitals or without") {
  Queue queue;
  queue.agents = {"desk@contoso.com", "@helpers.example"};
  CHECK(is_agent(queue, "desk@contoso.com"));
  CHECK(is_agent(queue, "Desk@CONTOSO.com"));
  CHECK(is_agent(queue, "anna@Helpers.example"));
  CHECK_FALSE(is_agent(queue, "xdesk@contoso.com"));
  CHECK_FALSE(is_agent(queue, "anna@more.helpers.example"));
  CHECK_FALSE(is_agent(queue, "anna@nothelpers.example"));
  CHECK_FALSE(is_agent(queue, "\"a@helpers.example\"@evil.example"));
  CHECK_FALSE(is_agent(queue, "helpers.example"));
  CHECK_FALSE(is_agent(queue, ""));
}

TEST_CASE("an internationalised domain is one domain in either spelling") {
  Queue queue;
  queue.agents = {"desk@b\u00fccher.example", "@xn--mller-kva.example"};
  CHECK(is_agent(queue, "desk@xn--bcher-kva.example"));
  CHECK(is_agent(queue, "desk@B\u00dcCHER.example"));
  CHECK(is_agent(queue, "anna@m\u00fcller.example"));
  CHECK_FALSE(is_agent(queue, "anna@muller.example"));

  Config config;
  config.mailboxes.emplace_back().address = "support@b\u00fccher.example";
  CHECK(is_own_address(config, "support@xn--bcher-kva.example"));
  CHECK_FALSE(is_own_address(config, "support@bucher.example"));
}

TEST_CASE("our own addresses are the mailboxes', their users', and what they send as") {
  Config config;
  Mailbox& mailbox = config.mailboxes.emplace_back();
  mailbox.address = "support@contoso.com";
  mailbox.user = "poller@contoso.com";
  mailbox.oauth.user = "delegate@contoso.com";
  mailbox.smtp.emplace().from = "Help <help@contoso.com>";
  config.queues.emplace_back().addresses = {"billing@contoso.com"};
  for (const char* own : {"Support@contoso.com", "poller@contoso.com", "delegate@contoso.com", "help@contoso.com",
                          "billing@contoso.com"}) {
    CHECK_MESSAGE(is_own_address(config, own), own);
  }
  CHECK_FALSE(is_own_address(config, "ann@contoso.com"));
  CHECK_FALSE(is_own_address(config, ""));
}
