#include "dovecot_conf.h"

#include <fmt/format.h>

namespace poller::support {
namespace {

// As an ordinary user every service runs as that user, and none may change its root.
std::string users(const DovecotConf& conf) {
  if (conf.root)
    return "default_login_user = dovenull\ndefault_internal_user = dovecot\ndefault_internal_group = dovecot\n";
  std::string text =
      fmt::format("default_login_user = {0}\ndefault_internal_user = {0}\ndefault_internal_group = {1}\n",
                  conf.mail_user, conf.mail_group);
  for (const auto* service : {"imap-login", "pop3-login", "anvil", "stats"})
    text += fmt::format("service {} {{\n  chroot =\n}}\n", service);
  return text;
}

std::string listeners(const char* protocol, std::uint16_t plain, std::uint16_t tls) {
  return fmt::format(R"(service {0}-login {{
  inet_listener {0} {{
    port = {1}
  }}
  inet_listener {0}s {{
    port = {2}
    ssl = yes
  }}
}}
)",
                     protocol, plain, tls);
}

std::string passdbs(const DovecotConf& conf) {
  std::string text;
  if (conf.oauth) {
    text += fmt::format("passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {}\n}}\n",
                        (conf.dir / "oauth2.conf").string());
  }
  return text +
         fmt::format(
             "passdb {{\n  driver = passwd-file\n  mechanisms = plain login\n  args = username_format=%u {}\n}}\n",
             (conf.dir / "passwd").string());
}

}  // namespace

std::string dovecot_conf(const DovecotConf& conf) {
  std::string mechanisms = "plain login";
  if (conf.oauth) mechanisms += conf.oauthbearer ? " xoauth2 oauthbearer" : " xoauth2";
  const auto dir = conf.dir.string();
  std::string text = fmt::format(R"(base_dir = {0}/run
state_dir = {0}/state
log_path = {0}/log/dovecot.log
listen = 127.0.0.1
protocols = imap pop3
instance_name = poller-test-{1}
ssl = yes
ssl_cert = <{2}
ssl_key = <{3}
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = {4}
auth_failure_delay = 0
auth_cache_size = 0
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {5}
mail_gid = {6}
mail_location = maildir:{0}/mail/%u:INDEX={0}/mail/%u/.idx
mail_max_userip_connections = 100
maildir_copy_with_hardlinks = no
pop3_uidl_format = %g
namespace inbox {{
  inbox = yes
  separator = /
  mailbox "Sent Items" {{
    auto = subscribe
    special_use = \Sent
  }}
}}
userdb {{
  driver = static
  args = allow_all_users=yes uid={5} gid={6} home={0}/mail/%u
}}
service auth {{
  unix_listener auth-client {{
    mode = 0666
  }}
}}
# After one wrong token every sign-in from this address would be held for seconds.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
)",
                                 dir, conf.ports[1], conf.cert.cert.string(), conf.cert.key.string(), mechanisms,
                                 conf.mail_user, conf.mail_group);
  text += users(conf) + passdbs(conf);
  text += listeners("imap", conf.ports[0], conf.ports[1]) + listeners("pop3", conf.ports[2], conf.ports[3]);
  return text + conf.more + "\n";
}

std::string dovecot_oauth2_conf(const std::string& introspection_url, bool shared_mailboxes) {
  return fmt::format(R"(introspection_url = {}
introspection_mode = post
client_id = dovecot
client_secret = dovecot-secret
force_introspection = yes
username_attribute = sub
active_attribute = active
active_value = true
openid_configuration_url = {}
username_format = {}
)",
                     introspection_url, "http://127.0.0.1/.well-known/openid-configuration",
                     shared_mailboxes ? "%Ld" : "%Lu");
}

}  // namespace poller::support
