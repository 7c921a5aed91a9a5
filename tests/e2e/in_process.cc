#include "in_process.h"

#include <stdexcept>

#include "config/load.h"
#include "intake/pass.h"

namespace poller::e2e {

InProcess::InProcess(const Home& home) {
  auto loaded = config::load(home.path() / "poller.yaml");
  if (!loaded.ok()) throw std::runtime_error(config::to_string(loaded.complaints.front()));
  config_ = std::move(loaded.config);
  store_ = open_sqlite_store(config_.sqlite_path.string());
}

std::optional<Error> InProcess::pass(std::optional<std::chrono::milliseconds> deadline) {
  const Deadlines usual = config_.deadlines;
  if (deadline) config_.deadlines.connect = config_.deadlines.command = config_.deadlines.body_progress = *deadline;
  std::optional<Error> failure;
  try {
    oauth::TokenSourceOptions options;
    options.sleep = [](std::chrono::milliseconds) {};  // between tries for a token
    Sessions sessions(config_, std::move(options));    // as a new process: nothing is remembered but what is stored
    const auto& mailbox = config_.mailboxes.front();
    (void)run_pass(*store_, config_, mailbox, sessions.factory(mailbox), system_clock(), {});
  } catch (const Error& error) {
    failure = error;
  }
  config_.deadlines = usual;
  return failure;
}

}  // namespace poller::e2e
