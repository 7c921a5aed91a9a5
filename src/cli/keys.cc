// `poller keys`: the keys of our Message-IDs. None is ever shown.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/json.h"
#include "threading/ring_store.h"

namespace poller::cli {
namespace {

void print_key(const Context& context, const MessageKey& key, bool signs) {
  if (context.globals.json) {
    print_line(to_line({{"id", key.id},
                        {"created_at", key.created_at == 0 ? Json(nullptr) : Json(rfc3339(key.created_at))},
                        {"signs", signs}}));
  } else {
    print_line(fmt::format("{:>4}  {:<20}  {}", key.id, key.created_at == 0 ? "(unknown)" : rfc3339(key.created_at),
                           signs ? "signs and verifies" : "verifies"));
  }
}

ExitCode list_keys(Context& context) {
  const auto keys = context.store_read_only().message_keys();
  for (const auto& key : keys) print_key(context, key, key.id == keys.back().id);
  if (keys.empty() && !context.globals.json) print_line("no key yet: the first mail that goes out makes one");
  return ExitCode::ok;
}

ExitCode rotate_keys(Context& context) {
  Store& store = context.store();
  auto tx = store.begin();
  add_key(*tx, system_clock().unix_now());
  tx->commit();
  print_key(context, store.message_keys().back(), true);
  return ExitCode::ok;
}

}  // namespace

void add_keys(CLI::App& app, Context& context) {
  auto* keys = app.add_subcommand("keys", "The keys that sign the Message-IDs of outgoing mail (none is shown)");
  keys->require_subcommand(0, 1);
  keys->callback([&context] {
    if (context.action) return;  // the subcommand has set it
    context.action = [&context] {
      context.apply_logging("warning");
      return list_keys(context);
    };
  });
  auto* rotate = keys->add_subcommand("rotate",
                                      "Make a new key, which signs from now on, also in a running poller. Older keys "
                                      "keep verifying, so that answers to "
                                      "older mail are still known");
  rotate->fallthrough();
  rotate->callback([&context] {
    context.action = [&context] {
      context.apply_logging("warning");
      return rotate_keys(context);
    };
  });
}

}  // namespace poller::cli
