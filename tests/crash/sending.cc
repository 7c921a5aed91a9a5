// Killed while mail goes out: every mail is at the server once, whatever happened. The Sent folder works as Exchange
// Online's does: the service saves there what it takes. What stays uncertain is settled as a person would, by a look at
// it.
#include "sending.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

#include "../support/smtp_server.h"
#include "../support/temp_dir.h"
#include "mail_world.h"

namespace poller::crash {
namespace {

using nlohmann::json;

// A mail that the server has still to take when its sender is killed is there by then.
constexpr std::chrono::seconds kUncertainWait{3};
constexpr const char* kPostman = "postman@example.test";

support::SmtpServer& shared_smtp() {
  static support::SmtpServer server({"", {{kPostman, "pw"}}});
  return server;
}

std::string field_of(const std::string& mail, const std::string& name) {
  const auto at = mail.find("\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 3;
  return mail.substr(from, mail.find("\r\n", from) - from);
}

std::string written_by(const std::string& from, const std::string& to, const std::string& id,
                       const std::string& subject, const std::string& text, const std::string& in_reply_to = "") {
  return fmt::format(
      "From: <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}>\r\n"
      "Date: Tue, 24 Nov 2026 08:00:00 +0000\r\n{}\r\n{}\r\n",
      from, to, subject, id, in_reply_to.empty() ? "" : fmt::format("In-Reply-To: <{}>\r\n", in_reply_to), text);
}

MailWorld::Options sending_options(const std::string& more) {
  MailWorld::Options options;
  with_servers([&] {
    options.mailbox_keys = fmt::format(
        "    smtp: {{host: localhost, port: {}, tls: starttls, ca_file: {}, user: {}, password: {{file: password}}, "
        "from: \"Support <support@example.test>\"}}\n",
        shared_smtp().starttls_port(), shared_smtp().ca_file().string(), kPostman);
  });
  options.more = fmt::format("outbound: {{uncertain_wait: {}s}}\n{}", kUncertainWait.count(), more);
  options.mails = 0;
  return options;
}

class SendingWorld : public MailWorld {
 public:
  /// One mail has gone out before, and lies in the Sent folder: what is not there beside it was not sent.
  explicit SendingWorld(const std::string& more = "") : MailWorld(sending_options(more)) {
    deliver(written_by(jane(), user(), "witness@" + user(), "witness", "hello"));
    must_end_well(run({"--once"}));
    reply("T-1", "the witness");
    must_end_well(run({"--once"}));
    save_sent();
  }

  support::RunResult resume() override {
    save_sent();
    auto result = act({});
    for (int i = 0; i < 3 && result.exit_code == 0; ++i) {
      save_sent();
      if (!uncertain()) return result;
      if (i > 0) std::this_thread::sleep_for(kUncertainWait + std::chrono::milliseconds(1200));
      result = run({"--once"});
    }
    save_sent();
    settle_by_hand();
    return run({"--once"});
  }

  [[nodiscard]] json state() override {
    json all = MailWorld::state();
    std::vector<std::string> at_server;
    for (const auto& mail : taken()) at_server.push_back(mail.to.front() + ": " + field_of(mail.data, "Subject"));
    std::sort(at_server.begin(), at_server.end());
    all["at_server"] = at_server;
    all["sent"] = home().count("SELECT count(*) FROM outbox WHERE state = 'sent'");
    all["unsent"] = home().count("SELECT count(*) FROM outbox WHERE state <> 'sent'");
    return without_user(all);
  }

 protected:
  [[nodiscard]] std::string jane() const { return "jane-" + user(); }

  void deliver(const std::string& mail) const {
    with_servers([&] { shared_dovecot().deliver(user(), mail); });
  }

  void reply(const std::string& ticket, const std::string& text) const {
    support::write_text(folder() / "reply.txt", text + "\n");
    must_end_well(run({"reply", ticket, "--text-file", "reply.txt", "--no-quote"}));
  }

  static void must_end_well(const support::RunResult& result) {
    if (result.exit_code != 0) throw std::runtime_error("preparing: " + result.out + result.err);
  }

  // What the server took from this world: Reply-To names its mailbox.
  [[nodiscard]] std::vector<support::SentMail> taken() const {
    std::vector<support::SentMail> out;
    for (auto& mail : shared_smtp().mails()) {
      if (mail.data.find(user()) != std::string::npos) out.push_back(std::move(mail));
    }
    return out;
  }

 private:
  [[nodiscard]] bool uncertain() const {
    return home().count("SELECT count(*) FROM outbox WHERE state = 'uncertain'") > 0;
  }

  // Each world has a mailbox of another name.
  [[nodiscard]] json without_user(const json& state) const {
    std::string text = state.dump();
    for (auto at = text.find(user()); at != std::string::npos; at = text.find(user(), at)) {
      text.replace(at, user().size(), "USER");
    }
    return json::parse(text);
  }

  void save_sent() {
    for (const auto& mail : taken()) {
      if (!saved_.insert(field_of(mail.data, "Message-ID")).second) continue;
      with_servers([&] { shared_dovecot().deliver(user(), mail.data, "Sent Items", "S"); });
    }
  }

  // Tried once more already, and uncertain again: a person looks whether it is there.
  void settle_by_hand() const {
    for (const auto& row : e2e::json_lines(run({"outbox", "--json"}).out)) {
      if (row.at("state") != "uncertain") continue;
      must_end_well(run({"outbox", "retry", std::to_string(row.at("id").get<long>())}));
    }
  }

  std::set<std::string> saved_;
};

std::string acknowledging() {
  static const support::TempDir folder("crash-template");
  static const bool written = [] {
    support::write_text(folder / "ack.txt", "Your request is {{number}}.\n");
    return true;
  }();
  (void)written;
  return fmt::format("answers: {{new_ticket: {{text: {}}}}}\n", (folder / "ack.txt").string());
}

// A customer's mail becomes a ticket, and its acknowledgement goes out.
class AckWorld : public SendingWorld {
 public:
  AckWorld() : SendingWorld(acknowledging()) {
    deliver(written_by(jane(), user(), "first@" + user(), "printer", "It burns."));
  }
};

// An agent's replies wait in the outbox.
class ReplyWorld : public SendingWorld {
 public:
  ReplyWorld() {
    reply("T-1", "first reply");
    reply("T-1", "second reply");
  }
};

// `poller reply` itself, and the run that sends it. After a crash the agent looks whether his reply is there.
class ReplyCommandWorld : public SendingWorld {
 public:
  ReplyCommandWorld() { support::write_text(folder() / "reply.txt", "Call 112.\n"); }
  support::RunResult act(const support::Environment& environment) override {
    if (home().count("SELECT count(*) FROM message_v1 WHERE direction = 'out'") == 1) {
      auto result = run({"reply", "T-1", "--text-file", "reply.txt", "--no-quote"}, environment);
      if (result.exit_code != 0) return result;
    }
    return run({"--once"}, environment);
  }
};

// An agent answers a notification by mail; his words go on to the customer.
class AgentMailWorld : public SendingWorld {
 public:
  AgentMailWorld() : SendingWorld("queues: [{name: support, agents: [\"@agents.test\", agent@agents.test]}]\n") {
    for (const auto& mail : taken()) {
      if (mail.to.front() != "agent@agents.test") continue;
      std::string id = field_of(mail.data, "Message-ID");
      id = id.substr(1, id.size() - 2);
      deliver(written_by("agent@agents.test", user(), "agent@" + user(), field_of(mail.data, "Subject"),
                         "#pending\r\nUse the extinguisher.", id));
      return;
    }
    throw std::runtime_error("preparing: no notification");
  }
};

template <class World>
Scenario scenario_of(const char* name) {
  return {name, [] { return std::make_unique<World>(); }, 5};
}

}  // namespace

std::vector<Scenario> sending_scenarios() {
  (void)shared_smtp();  // from this thread, which stays
  return {scenario_of<AckWorld>("sending, acknowledgement"), scenario_of<ReplyWorld>("sending, replies"),
          scenario_of<ReplyCommandWorld>("sending, reply command"),
          scenario_of<AgentMailWorld>("sending, agent's mail")};
}

}  // namespace poller::crash
