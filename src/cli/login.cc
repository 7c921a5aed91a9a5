// `poller login` and `poller logout`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "oauth/login.h"
#include "oauth/login_ui.h"
#include "oauth/sign_in.h"

namespace poller::cli {
namespace {

struct LoginArguments {
  std::string mailbox;
  std::string refresh_token_file;
  bool device = false;
  bool no_browser = false;
  bool all_mailboxes = false;
};

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// What a person should know of the sign-in, whoever reads its result.
void warn(const std::vector<std::string>& notices) {
  for (const auto& notice : notices) fmt::print(stderr, "  {}\n", text::escape_controls(notice));
}

void report(const Context& context, const oauth::SignedIn& result) {
  if (context.globals.json) {
    warn(result.notices);
    // Who signed in, by the provider's word alone: null where it says nothing.
    const std::vector<std::string> none;
    Json line{{"signed_in", result.tried ? result.account.mailboxes : none},
              {"user", nullptr},
              {"expected_user", result.account.id.user}};
    if (!result.user.empty()) line["user"] = result.user;
    line["granted"] = result.granted;
    line["notices"] = result.notices;
    line["tried"] = result.tried;
    line["untried"] = result.tried ? none : result.account.mailboxes;
    print_line(to_line(line));
    return;
  }
  if (!result.tried) {
    print_line(text::escape_controls(
        fmt::format("not signed in yet: {} (for {})", join(result.account.mailboxes), result.account.id.user)));
    print_line("  The refresh token is kept, but could not be tried: `poller check --online` tries it.");
    std::fflush(stdout);
    return warn(result.notices);
  }
  const std::string as = result.user.empty() ? "for " + result.account.id.user : "as " + result.user;
  print_line(text::escape_controls(fmt::format("signed in: {} ({})", join(result.account.mailboxes), as)));
  if (result.user.empty()) {
    print_line("  Who it was the provider does not say; `poller check --online` shows whether the mailbox opens.");
  }
  std::fflush(stdout);
  warn(result.notices);
}

// What the last pass found, "sign-in needed", is over; the next pass will tell how it really is.
void note_signed_in(Context& context, const std::vector<std::string>& mailboxes) {
  if (!std::filesystem::exists(context.configuration().sqlite_path)) return;
  try {
    Store& store = context.store();
    auto tx = store.begin();
    for (const auto& name : mailboxes) {
      auto status = store.mailbox_status(name);
      if (!status || status->state != "sign-in needed") continue;
      status->state = "ok";
      status->since = system_clock().unix_now();
      status->last_error.clear();
      status->advice.clear();
      tx->set_mailbox_status(*status);
    }
    tx->commit();
  } catch (const Error& error) {
    log::debug("the status is left to the next pass", {{"error", error.what()}});
  }
}

ExitCode login(Context& context, const LoginArguments& arguments) {
  const auto& config = context.configuration();
  oauth::SignedIn result;
  oauth::TokenSourceOptions world;
  world.secrets_read = [&context] { context.drop_privileges(); };
  if (!arguments.refresh_token_file.empty()) {
    result =
        oauth::import_refresh_token_file(config, arguments.mailbox, arguments.refresh_token_file, std::move(world));
  } else {
    oauth::TerminalUi ui(!arguments.no_browser, context.globals.json);
    oauth::LoginOptions options;
    options.device = arguments.device;
    options.world = std::move(world);
    result = oauth::login(config, arguments.mailbox, ui, options);
  }
  if (result.tried) note_signed_in(context, result.account.mailboxes);
  report(context, result);
  return ExitCode::ok;
}

ExitCode logout(Context& context, const LoginArguments& arguments) {
  (void)context.configuration();
  context.drop_privileges();
  const auto names = oauth::sign_out(context.configuration(), arguments.mailbox, arguments.all_mailboxes);
  if (context.globals.json) {
    print_line(to_line({{"signed_out", names}}));
  } else {
    print_line(names.empty() ? "nothing to forget" : "signed out: " + join(names));
  }
  return ExitCode::ok;
}

}  // namespace

void add_login(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("login", "Sign in to a mailbox: in the browser on this machine, or as the options say");
  auto arguments = std::make_shared<LoginArguments>();
  command->add_option("MAILBOX", arguments->mailbox, "Its name in the configuration")->required();
  auto* device =
      command->add_flag("--device", arguments->device, "By a code that is typed in elsewhere (device code flow)");
  command->add_flag("--no-browser", arguments->no_browser, "Print the address instead of opening it");
  command->add_option("--refresh-token-file", arguments->refresh_token_file, "Take a refresh token that exists already")
      ->type_name("FILE")
      ->excludes(device);
  command->callback([&context, arguments] {
    context.action = [&context, arguments] {
      context.apply_logging("warning");
      return login(context, *arguments);
    };
  });
}

void add_logout(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("logout", "Forget a mailbox's tokens");
  auto arguments = std::make_shared<LoginArguments>();
  command->add_option("MAILBOX", arguments->mailbox, "Its name in the configuration")->required();
  command->add_flag("--all-mailboxes", arguments->all_mailboxes, "Also where other mailboxes share the sign-in");
  command->callback([&context, arguments] {
    context.action = [&context, arguments] {
      context.apply_logging("warning");
      return logout(context, *arguments);
    };
  });
}

}  // namespace poller::cli
