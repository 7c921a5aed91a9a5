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

json message_of(const json& m) {
  std::vector<std::string> files;
  for (const auto& a : m.at("attachments")) files.push_back(a.at("sha256"));
  return {{"direction", m.at("direction")},
          {"subject", m.at("subject")},
          {"from", m.at("from")},
          {"message_id", m.at("direction") == "in" ? m.at("message_id") : json()},
          {"text", m.at("text")},
          {"state", m.at("state")},
          {"attachments", files}};
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
  // One password for all: the file of passwords is read by Dovecot while another thread's world changes it.
  static support::Dovecot server(
      {shared_oauth().introspection_url(), false,
       "passdb {\n  driver = static\n  mechanisms = plain login\n  args = password=pw\n}\n"});
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
  const auto exported = home.run({"export", "--json"});
  if (exported.exit_code != 0) throw std::runtime_error("export: " + exported.err);
  std::vector<json> tickets;
  for (const auto& t : e2e::json_lines(exported.out)) {
    std::vector<json> messages;
    for (const auto& m : t.at("messages")) messages.push_back(message_of(m));
    tickets.push_back({{"subject", t.at("subject")},
                       {"queue", t.at("queue")},
                       {"status", t.at("status")},
                       {"requester", t.at("requester")},
                       {"messages", sorted(messages)}});
  }
  return sorted(tickets);
}

json store_of(const e2e::Home& home) {
  std::vector<json> quarantine;
  for (const auto& row : e2e::json_lines(home.run({"quarantine", "--json"}).out))
    quarantine.push_back({{"reason", row.at("reason")}, {"subject", row.at("subject")}, {"sha256", row.at("sha256")}});
  json ledger = json::array();
  for (int state = 0; state < 5; ++state)
    ledger.push_back(home.count("SELECT count(*) FROM ledger WHERE state = " + std::to_string(state)));
  return {{"quarantine", sorted(quarantine)},
          {"ledger", ledger},
          {"whole", home.count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'")},
          {"raw", home.count("SELECT count(*) FROM raw")}};
}

}  // namespace poller::crash
