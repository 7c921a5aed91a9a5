#include "worlds.h"

#include <filesystem>
#include <stdexcept>

#include "../support/mail_maker.h"
#include "../support/temp_dir.h"
#include "care_worlds.h"
#include "mail_world.h"

namespace poller::crash {
namespace {

namespace fs = std::filesystem;
using Options = MailWorld::Options;

Scenario intake(const std::string& name, const Options& options) {
  return {name, [options] { return std::make_unique<MailWorld>(options); }};
}

// What is there already when the interrupted command starts.
void must(const support::RunResult& result) {
  if (result.exit_code != 0) throw std::runtime_error("preparing: " + result.out + result.err);
}

// A folder of files as the mailbox, or given to `replay`.
class FolderWorld : public World {
 public:
  FolderWorld(const std::string& after, bool maildir) : after_(after), maildir_(maildir) {
    const auto inbox = home_ / "inbox";
    for (const char* folder : {"cur", "new", "tmp"})
      if (maildir) fs::create_directories(inbox / folder);
    for (int i = 1; i <= 4; ++i)
      support::write_text(
          maildir ? inbox / "new" / ("170000000" + std::to_string(i) + ".host") : inbox / (std::to_string(i) + ".eml"),
          support::make_mail(i));
    support::write_text(home_ / "poller.yaml",
                        "version: 1\nstorage: sqlite:var/poller.db\nmailboxes:\n  - {name: support, protocol: "
                        "directory, path: inbox, after: " +
                            after + "}\n");
  }

  support::RunResult act(const support::Environment& environment) override { return run({"--once"}, environment); }
  [[nodiscard]] fs::path folder() const override { return home_.path(); }

  [[nodiscard]] nlohmann::json state() override {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(home_ / "inbox"))
      if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), home_.path()).string());
    std::sort(files.begin(), files.end());
    // A ticket bears the subject of the mail that was stored first: after a failure that may be the answer.
    return {{"files", files},
            {"tickets", e2e::database_rows(home_.path(),
                                           "SELECT replace(t.subject, 'Re: ', ''), m.subject, m.text FROM ticket_v1 t"
                                           " JOIN message_v1 m ON m.ticket_id = t.id ORDER BY 1, 2, 3")}};
  }

 protected:
  [[nodiscard]] support::RunResult run(const support::Arguments& arguments,
                                       const support::Environment& environment) const {
    support::RunOptions options;
    options.folder = home_.path();
    options.environment = environment;
    return support::run_poller(arguments, options);
  }

 private:
  std::string after_;
  bool maildir_;
  support::TempDir home_{"crash"};
};

class ReplayWorld : public FolderWorld {
 public:
  ReplayWorld() : FolderWorld("keep", false) {}
  support::RunResult act(const support::Environment& environment) override {
    return run({"replay", "inbox"}, environment);
  }
};

// A mail over the limit is in quarantine; a person wants it fetched again.
class QuarantineRetryWorld : public MailWorld {
 public:
  QuarantineRetryWorld() : MailWorld({"seen", false, false, "imap", "    max_size: 200KB\n", "", 2, 300'000}) {
    must(run({"--once"}));
  }
  support::RunResult act(const support::Environment& environment) override {
    auto result = run({"quarantine", "retry", "1", "--max-size", "10MB"}, environment);
    return result.exit_code != 0 ? result : run({"--once"}, environment);
  }
  // The retry may have been noted, or done, before the crash: asking again is no fault of the operator.
  support::RunResult resume() override {
    (void)run({"quarantine", "retry", "1", "--max-size", "10MB"});
    return run({"--once"});
  }
};

// A provider that ends the grant when a refresh token comes twice: killed between its answer and the vault, the grant
// may be gone. Then that is said, the provider is not asked again, and one sign-in mends it.
class ReuseDetectedWorld : public MailWorld {
 public:
  ReuseDetectedWorld() : MailWorld(options()) {}
  support::RunResult resume() override {
    auto result = run({"--once"});
    if (result.exit_code != 77) return result;
    if (result.err.find("poller login support") == std::string::npos) return result;
    const std::string noted = entry();
    for (int i = 0; i < 2; ++i) {
      if (run({"--once"}).exit_code != 77) throw std::runtime_error("a dead grant came to life");
    }
    if (entry() != noted) throw std::runtime_error("a dead grant was presented again");
    if (run({"status"}).out.find("sign-in needed since") == std::string::npos) {
      throw std::runtime_error("status does not tell of the sign-in that is needed");
    }
    with_servers([&] { home().login(shared_oauth().mint(user()).refresh_token); });
    return run({"--once"});
  }

 private:
  static Options options() {
    Options o;
    o.oauth = o.reuse_detected = true;
    o.mails = 1;
    return o;
  }
  // A refusal is noted in the vault: a grant that was presented again has another entry.
  std::string entry() const {
    for (const auto& item : fs::directory_iterator(folder() / "var/tokens"))
      if (item.path().extension() == ".token") return support::read_text(item.path());
    return {};
  }
};

// An agent's commands on tickets that are there.
class AgentWorld : public MailWorld {
 public:
  explicit AgentWorld(support::Arguments command) : MailWorld({}), command_(std::move(command)) {
    must(run({"--once"}));
  }
  support::RunResult act(const support::Environment& environment) override { return run(command_, environment); }
  support::RunResult resume() override {
    auto result = act({});
    if (result.exit_code != 0) result = run({"status"});  // done already: the same command has nothing to do
    return result;
  }

 private:
  support::Arguments command_;
};

}  // namespace

std::vector<Scenario> all_scenarios() {
  Options imap, moved, removed, kept, token, large, pop3;
  moved.after = "{move: Done}";
  removed.after = "delete";
  kept.after = "keep";
  token.oauth = true;
  pop3.protocol = "pop3";
  pop3.after = "delete";
  token.mails = 1;
  large.mails = 2;
  large.large = 120'000;
  Options over = large;
  over.mailbox_keys = "    max_size: 100KB\n";
  return {
      intake("imap, marked seen", imap),
      intake("imap, moved", moved),
      intake("imap, deleted", removed),
      intake("imap, kept", kept),
      intake("imap, a large mail", large),
      intake("pop3, deleted", pop3),
      intake("token refresh", token),
      {"token refresh, reuse detected", [] { return std::make_unique<ReuseDetectedWorld>(); }},
      intake("quarantine", over),
      {"quarantine retry", [] { return std::make_unique<QuarantineRetryWorld>(); }},
      {"maildir, marked seen", [] { return std::make_unique<FolderWorld>("seen", true); }},
      {"folder, moved", [] { return std::make_unique<FolderWorld>("{move: done}", false); }},
      {"folder, deleted", [] { return std::make_unique<FolderWorld>("delete", false); }},
      {"replay", [] { return std::make_unique<ReplayWorld>(); }},
      {"set status",
       [] {
         return std::make_unique<AgentWorld>(support::Arguments{"set", "1", "--status", "closed"});
       }},
      {"merge",
       [] {
         return std::make_unique<AgentWorld>(support::Arguments{"merge", "2", "1"});
       }},
      migration_scenario(),
      prune_scenario(),
  };
}

}  // namespace poller::crash
