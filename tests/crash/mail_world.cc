#include "mail_world.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "../support/mail_maker.h"
#include "../support/temp_dir.h"

namespace poller::crash {
namespace {

using nlohmann::json;

std::string next_user() {
  static int users = 0;
  return "crash" + std::to_string(++users) + "@example.test";
}

std::string header_of(const std::string& mail, const std::string& name) {
  const auto at = mail.find("\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 3;
  return mail.substr(from, mail.find_first_of("\r\n", from) - from);
}

json sorted(std::vector<json> list) {
  std::sort(list.begin(), list.end(), [](const json& a, const json& b) { return a.dump() < b.dump(); });
  return list;
}

}  // namespace

support::OAuthServer& shared_oauth() {
  // As Entra does it: a refresh token that was used goes on working for a while. A scenario may have it otherwise.
  static auto* server = [] {
    static support::OAuthServer one;
    one.set_reuse_detection(false);
    return &one;
  }();
  return *server;
}

support::Dovecot& shared_dovecot() {
  // One password for all: the file of passwords is read by Dovecot while another thread's world changes it. One process
  // for all sign-ins: thousands of sessions are opened here.
  static support::Dovecot server({shared_oauth().introspection_url(), false,
                                  "passdb {\n  driver = static\n  mechanisms = plain login\n  args = password=pw\n}\n"
                                  "service imap-login {\n  service_count = 0\n  process_min_avail = 1\n}\n"
                                  "service pop3-login {\n  service_count = 0\n  process_min_avail = 1\n}\n"});
  return server;
}

void with_servers(const std::function<void()>& work) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  work();
}

MailWorld::MailWorld(const Options& o) {
  e2e::HomeOptions options;
  std::string refresh_token;
  with_servers([&] {
    user_ = next_user();
    auto& dovecot = shared_dovecot();
    for (int i = 0; i < o.mails; ++i) dovecot.deliver(user_, support::make_mail(i + 1));
    if (o.large > 0) dovecot.deliver(user_, support::make_large_mail(o.mails + 1, o.large));
    options.port = o.protocol == "pop3" ? dovecot.pop3s_port() : dovecot.imaps_port();
    options.ca_file = dovecot.ca_file();
    if (o.oauth) shared_oauth().set_reuse_detection(o.reuse_detected);
    if (o.oauth) refresh_token = shared_oauth().mint(user_).refresh_token;
  });
  options.address = user_;
  options.protocol = o.protocol;
  options.after = o.after;
  if (o.oauth) options.discovery = shared_oauth().discovery();
  options.mailbox_keys = o.mailbox_keys;
  options.more = o.more;
  home_ = std::make_unique<e2e::Home>(options, refresh_token);
}

json MailWorld::server_state() const {
  json folders = json::object();
  with_servers([&] {
    for (const char* folder : {"INBOX", "Done"}) {
      std::vector<json> mails;
      for (const auto& mail : shared_dovecot().mails(user_, folder))
        mails.push_back({{"id", header_of(support::read_text(mail.file), "Message-ID")}, {"flags", mail.flags}});
      folders[folder] = sorted(mails);
    }
  });
  return folders;
}

json MailWorld::state() {
  return {{"tickets", tickets_of(*home_)}, {"store", store_of(*home_)}, {"server", server_state()}};
}

json tickets_of(const e2e::Home& home) {
  const json messages = home.rows(
      "SELECT m.ticket_id, m.direction, m.subject, m.from_name, m.from_address, m.text, s.state,"
      " CASE m.direction WHEN 'in' THEN m.message_id END,"
      " (SELECT json_group_array(a.sha256) FROM (SELECT sha256 FROM attachment_v1 WHERE message_id = m.id"
      "  ORDER BY position) a) FROM message_v1 m JOIN message s ON s.id = m.id");
  std::vector<json> tickets;
  for (const auto& t :
       home.rows("SELECT id, subject, queue, status, requester_name, requester_address FROM ticket_v1")) {
    std::vector<json> own;
    for (const auto& m : messages)
      if (m.at(0) == t.at(0)) own.emplace_back(json::array_t(m.begin() + 1, m.end()));
    tickets.push_back({{"ticket", json::array_t(t.begin() + 1, t.end())}, {"messages", sorted(own)}});
  }
  return sorted(tickets);
}

json store_of(const e2e::Home& home) {
  return {{"quarantine", home.rows("SELECT reason, subject, lower(hex(raw_sha256)) FROM quarantine"
                                   " WHERE state IN ('open', 'retry-wanted') ORDER BY 1, 2, 3")},
          {"ledger", home.rows("SELECT state, count(*) FROM ledger GROUP BY state ORDER BY state")},
          {"whole", home.rows("SELECT integrity_check FROM pragma_integrity_check")},
          {"raw", home.count("SELECT count(*) FROM raw")}};
}

}  // namespace poller::crash
