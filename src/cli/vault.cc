// `poller vault rekey`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "config/secrets.h"
#include "oauth/open_vault.h"
#include "oauth/token_request.h"

namespace poller::cli {
namespace {

struct RekeyArguments {
  std::string old_key_file;
};

Secret old_key(const config::Config& config, const RekeyArguments& arguments) {
  if (arguments.old_key_file.empty()) {
    throw Error(ErrorKind::usage, "the vault's old key is not given", "Name its file with --old-key-file.");
  }
  std::error_code failed;
  if (!std::filesystem::exists(arguments.old_key_file, failed) && !failed) {
    const std::string lost = oauth::advice_for_lost_key(config);
    throw Error(
        ErrorKind::configuration,
        fmt::format("the file {}, which should hold the vault's old key, does not exist", arguments.old_key_file),
        lost.empty() ? "The vault is empty: there is nothing to seal anew." : lost);
  }
  config::SecretRef file;
  file.source = config::SecretSource::file;
  file.name = arguments.old_key_file;
  return config::resolve_secret(file);
}

ExitCode rekey(Context& context, const RekeyArguments& arguments) {
  const auto& config = context.configuration();
  const Secret before = old_key(config, arguments);
  if (config.vault_key) static_cast<void>(config::resolve_secret(config.vault_key));  // the new one, which may be made
  const auto vault = oauth::open_vault(config);
  context.drop_privileges();
  const int done = [&] {
    try {
      return vault->rekey(before);
    } catch (const Error& error) {
      throw oauth::for_mailbox(error, "MAILBOX");  // its advice names commands for one
    }
  }();
  if (context.globals.json) {
    print_line(to_line({{"rekeyed", done}, {"key", vault->key_id()}}));
  } else {
    print_line(fmt::format("sealed anew: {}, now all of key {}",
                           done == 1 ? "1 entry" : fmt::format("{} entries", done), vault->key_id()));
  }
  return ExitCode::ok;
}

}  // namespace

void add_vault(CLI::App& app, Context& context) {
  auto* vault = app.add_subcommand("vault", "The store of refresh tokens");
  vault->require_subcommand(1);
  auto* command = vault->add_subcommand(
      "rekey",
      "Seal every entry with the configuration's vault.key instead of an older key. Can be run again after an "
      "interruption; restart a running poller afterwards, it knows the old key alone");
  auto arguments = std::make_shared<RekeyArguments>();
  command->add_option("--old-key-file", arguments->old_key_file, "File with the old key, readable by its owner alone")
      ->type_name("FILE");
  command->callback([&context, arguments] {
    context.action = [&context, arguments] {
      context.apply_logging("warning");
      return rekey(context, *arguments);
    };
  });
}

}  // namespace poller::cli
