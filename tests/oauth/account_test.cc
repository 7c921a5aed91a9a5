// What makes two mailboxes one account.
#include "oauth/account.h"

#include <doctest/doctest.h>

#include <string>

namespace poller::oauth {
namespace {

config::Mailbox entra_mailbox() {
  config::Mailbox mailbox;
  mailbox.address = "support@contoso.com";
  mailbox.oauth.authority = "https://login.microsoftonline.com";
  mailbox.oauth.tenant = "9f1ab6e4-0000-4000-8000-00000000abcd";
  mailbox.oauth.client_id = "0a1b2c3d-0000-4000-8000-00000000ef01";
  return mailbox;
}

}  // namespace

TEST_CASE("a tenant, an app or a user in other letters is the same account") {
  const config::Mailbox written = entra_mailbox();
  config::Mailbox again = written;
  again.address = "Support@Contoso.com";
  again.oauth.authority = "https://Login.MicrosoftOnline.com/";
  again.oauth.tenant = "9F1AB6E4-0000-4000-8000-00000000ABCD";
  again.oauth.client_id = "0A1B2C3D-0000-4000-8000-00000000EF01";
  CHECK(account_id(again) == account_id(written));
  CHECK(account_id(again).file_name() == account_id(written).file_name());
}

TEST_CASE("another tenant, app or user is another account") {
  const config::Mailbox written = entra_mailbox();
  for (std::string config::OAuth::*const field : {&config::OAuth::tenant, &config::OAuth::client_id}) {
    config::Mailbox other = written;
    (other.oauth.*field).back() = '9';
    CHECK_FALSE(account_id(other) == account_id(written));
    CHECK(account_id(other).file_name() != account_id(written).file_name());
  }
  config::Mailbox shared = written;
  shared.oauth.user = "agent@contoso.com";
  CHECK_FALSE(account_id(shared) == account_id(written));
}

TEST_CASE("an app of another provider keeps its letters: there they may mean something") {
  config::Mailbox one = entra_mailbox();
  one.oauth.discovery = "https://id.example.com/.well-known/openid-configuration";
  one.oauth.client_id = "poller";
  config::Mailbox other = one;
  other.oauth.client_id = "Poller";
  CHECK_FALSE(account_id(one) == account_id(other));
}

}  // namespace poller::oauth
