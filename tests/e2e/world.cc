#include "world.h"

#include <algorithm>

#include "../support/mail_maker.h"

namespace poller::e2e {

support::OAuthServer& oauth() {
  static support::OAuthServer server;
  return server;
}

support::Dovecot& dovecot() {
  static support::Dovecot server({oauth().introspection_url(), false, "", false});
  return server;
}

support::Dovecot& dovecot_with_shared_mailboxes() {
  static support::Dovecot server({oauth().introspection_url(), false, "", true});
  return server;
}

std::string new_user() {
  static int users = 0;
  return "support" + std::to_string(++users) + "@example.test";
}

HomeOptions options_for(const std::string& user, std::uint16_t port) {
  HomeOptions options;
  options.address = user;
  options.port = port == 0 ? dovecot().imaps_port() : port;
  options.ca_file = dovecot().ca_file();
  options.discovery = oauth().discovery();
  return options;
}

Home signed_in_home(const HomeOptions& options) { return Home(options, oauth().mint(options.address).refresh_token); }

void deliver_mails(const std::string& user, int count, int first) {
  for (int i = first; i < first + count; ++i) dovecot().deliver(user, support::make_mail(i));
}

int flagged(const std::string& user, char flag, const std::string& folder) {
  const auto mails = dovecot().mails(user, folder);
  return static_cast<int>(std::count_if(mails.begin(), mails.end(),
                                        [&](const auto& mail) { return mail.flags.find(flag) != std::string::npos; }));
}

}  // namespace poller::e2e
