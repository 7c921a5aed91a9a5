// `poller run`, and `poller` alone: the daemon.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/last_moment.h"
#include "cli/load_configuration.h"
#include "cli/postman.h"
#include "cli/retention.h"
#include "cli/sessions.h"
#include "cli/stop_signal.h"
#include "lib/curl/library.h"
#include "lib/curl/transport.h"
#include "lib/systemd/notify.h"
#include "oauth/sign_in_mark.h"
#include "outbound/answers.h"
#include "parsers/charset.h"
#include "service/alert_watch.h"
#include "service/housekeeping.h"
#include "service/mail_log.h"
#include "service/operations.h"
#include "service/scheduler.h"

namespace poller::cli {
namespace {

constexpr std::chrono::seconds kPatience{5};  // a reload's: all mailboxes wait for it; what is broken off comes again

/// The rounds between reloads: one scheduler with one configuration each.
class Rounds {
 public:
  explicit Rounds(std::string config_file) : config_file_(std::move(config_file)) {}

  /// SIGHUP: the new configuration is checked first; with an error in it nothing changes.
  void reload() {
    systemd::reloading();
    try {
      config::Loaded loaded = load_configuration(config::find_config_file(config_file_));
      for (const auto& complaint : loaded.complaints) log::write(level_of(complaint), config::to_string(complaint));
      const auto faults = outbound::template_faults(loaded.config.answers);
      for (const auto& fault : faults) log::error(fault.what(), {{"advice", fault.advice()}});
      if (!loaded.ok() || !faults.empty()) {
        log::error("the new configuration has errors: the old one stays in force");
      } else {
        const std::lock_guard lock(mutex_);
        next_ = std::make_unique<config::Config>(std::move(loaded.config));
        if (!ends_) end_waits_at(std::chrono::steady_clock::now() + kPatience);
        round_.request_stop();
        return;
      }
    } catch (const std::exception& error) {
      log::error("the new configuration cannot be read: the old one stays in force", {{"error", error.what()}});
    }
    systemd::ready();
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    end_waits_at(std::chrono::steady_clock::now() + kFarewells);
    round_.request_stop();
  }

  /// A round begins: its stop token.
  std::stop_token begin() {
    const std::lock_guard lock(mutex_);
    round_ = std::stop_source();
    if (next_ || ends_) {
      round_.request_stop();
    } else {
      end_waits_at(SteadyTime::max());
    }
    return round_.get_token();
  }

  /// The configuration that waits, if any.
  std::unique_ptr<config::Config> next() {
    const std::lock_guard lock(mutex_);
    return std::move(next_);
  }

 private:
  std::string config_file_;
  std::mutex mutex_;
  std::stop_source round_;
  bool ends_ = false;
  std::unique_ptr<config::Config> next_;
};

/// What sends in a round, with all that it needs.
struct Sending {
  Sending(std::shared_ptr<const config::Config> configuration, oauth::TokenSourceOptions options)
      : config(std::move(configuration)), sessions(*config, std::move(options)) {}

  std::shared_ptr<const config::Config> config;
  Sessions sessions;  // reads the secrets, while we still may
  std::optional<Postman> postman;
};

/// Of rounds that are over, the mails in hand of the SMTP servers. One that hangs may have its mail for minutes; the
/// mailboxes do not wait for that, and broken off nobody would know whether it was sent.
class LastMails {
 public:
  void take(std::unique_ptr<Sending> sending) {
    if (sending->postman) sending->postman->request_stop();
    std::erase_if(under_way_, [](const auto& end) { return end.wait_for(std::chrono::seconds(0)) == kOver; });
    under_way_.push_back(std::async(std::launch::async, [sending = std::move(sending)]() mutable { sending.reset(); }));
  }
  void wait() { under_way_.clear(); }

 private:
  static constexpr auto kOver = std::future_status::ready;
  std::vector<std::future<void>> under_way_;  // each waits for its end when it is destroyed
};

// Each idle mailbox holds a connection.
void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void prune_daily(const config::Config& config) {
  const Pruned pruned = prune_by_retention(config);
  if (pruned.mails + pruned.quarantine == 0) return;
  log::info("retention", {{"mails", pruned.mails}, {"bytes", pruned.bytes}, {"quarantine", pruned.quarantine}});
}

// The daemon's own knowledge of its mailboxes: of those that it polls.
TroubleSources trouble_sources(Health& health, const std::string& only_mailbox) {
  TroubleSources sources;
  sources.failing_mailboxes = [&health, only_mailbox](Store& store, UnixTime now) {
    auto failing = health.failing_mailboxes(&store, now);
    if (!only_mailbox.empty()) std::erase_if(failing, [&](const Unready& u) { return u.mailbox != only_mailbox; });
    return failing;
  };
  return sources;
}

std::unique_ptr<Sending> one_round(std::shared_ptr<const config::Config> configuration, Metrics& metrics,
                                   const std::stop_token& stop, const std::string& only_mailbox) {
  oauth::TokenSourceOptions token_options;
  token_options.refreshed = [&metrics](const std::vector<std::string>& mailboxes, std::string_view result) {
    metrics.token_refresh(mailboxes, result);
  };
  auto sending = std::make_unique<Sending>(std::move(configuration), std::move(token_options));
  const config::Config& config = *sending->config;
  Sessions& sessions = sending->sessions;
  SchedulerHooks hooks;
  hooks.open_store = [&config] { return open_sqlite_store(config.sqlite_path.string()); };
  hooks.sessions = [&sessions](const config::Mailbox& mailbox) { return sessions.factory(mailbox); };
  hooks.on_mail = log_mail;
  outbound::Answers answers(config, system_clock());
  hooks.after = &answers;
  const Rules rules(config);
  hooks.rules = &rules;
  hooks.sign_in_mark = [&config](const config::Mailbox& mailbox) { return oauth::sign_in_mark(config, mailbox); };
  Operations operations(config, metrics, hooks.open_store);
  operations.observe(hooks);
  const Housekeeping housekeeping(config, sessions.tokens(), metrics, [&config] { prune_daily(config); });
  log::info("poller is running", {{"version", POLLER_VERSION}, {"mailboxes", config.mailboxes.size()}});
  systemd::ready();
  sending->postman.emplace(config, sessions, metrics, only_mailbox);
  const AlertWatch alerts(config, hooks.open_store, trouble_sources(operations.health(), only_mailbox));
  run_scheduler(config, hooks, stop, only_mailbox);
  return sending;
}

// Other commands load them when they are needed. A daemon that finds one of them missing shall say so now, not in the
// night after the system's packages were upgraded.
void load_libraries() {
  (void)curl::library();
  load_charsets();
}

}  // namespace

ExitCode daemon(Context& context) {
  context.apply_logging("info");
  (void)context.configuration();  // complains before anything else
  if (!context.globals.mailbox.empty()) (void)context.chosen_mailbox();
  allow_many_files();
  load_libraries();
  context.drop_privileges();
  Rounds rounds(context.globals.config_file);
  const StopSignal signal([&rounds] { rounds.reload(); });
  const std::stop_callback hurry(signal.token(), [&rounds] {
    systemd::stopping();
    rounds.stop();
  });
  const LastMoment last_moment(signal.token());
  Metrics metrics;
  LastMails last_mails;
  std::shared_ptr<const config::Config> config(&context.configuration(), [](const auto*) {}), before_reload;
  while (!signal.token().stop_requested()) {
    try {
      last_mails.take(one_round(config, metrics, rounds.begin(), context.globals.mailbox));
    } catch (const Error& error) {
      // What only shows in use: an address to listen on that is taken, a secret that is gone, a storage elsewhere.
      const bool is_new_storage = error.kind() == ErrorKind::storage && before_reload != nullptr &&
                                  before_reload->sqlite_path != config->sqlite_path;
      if ((error.kind() != ErrorKind::configuration && !is_new_storage) || !before_reload) throw;
      log::error("the new configuration cannot be used: the old one stays in force",
                 {{"error", error.what()}, {"advice", error.advice()}});
      config = std::exchange(before_reload, nullptr);
    }
    if (auto next = rounds.next()) {
      before_reload = std::exchange(config, std::move(next));
      log::info("the configuration was read anew");
    }
  }
  last_mails.wait();
  log::info("poller has stopped");
  return ExitCode::ok;
}

void add_run(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("run", "Poll every mailbox on its schedule until SIGTERM or SIGINT (also: poller alone)");
  command->callback([&context] { context.action = [&context] { return daemon(context); }; });
}

}  // namespace poller::cli
