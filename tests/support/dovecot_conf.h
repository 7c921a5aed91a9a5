// What Dovecot is told, as text.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "test_ca.h"

namespace poller::support {

struct DovecotConf {
  std::filesystem::path dir;
  std::array<std::uint16_t, 4> ports{};  // imap, imaps, pop3, pop3s
  Certificate cert;
  bool oauth = false;
  bool oauthbearer = false;
  bool root = false;
  std::string mail_user;
  std::string mail_group;
  std::string more;
};

std::string dovecot_conf(const DovecotConf& conf);
std::string dovecot_oauth2_conf(const std::string& introspection_url, bool shared_mailboxes);

}  // namespace poller::support
