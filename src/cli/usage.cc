#include "cli/usage.h"

#include <string>
#include <vector>

#include "base/log.h"
#include "base/text.h"

namespace poller::cli {
namespace {

// The names that could have been meant where `app` stood: its commands, its options, and those of all commands.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent()) {
    for (const CLI::App* command : level->get_subcommands({})) {
      if (level == &app) words.push_back(command->get_name());
    }
    for (const CLI::Option* option : level->get_options()) {
      for (const auto& name : option->get_lnames()) words.push_back("--" + name);
    }
  }
  return words;
}

const CLI::App& innermost(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : innermost(*commands.front());
}

}  // namespace

void complain_usage(const CLI::App& app, const CLI::ParseError& error) {
  const auto& command = innermost(app);
  std::string said = error.what();
  const auto strangers = app.remaining(true);
  if (!strangers.empty()) {  // also where a subcommand is missing because its name was misspelt
    const auto& word = strangers.front();
    said = "`" + text::printable(word) + "` is not known here";
    const auto meant = text::nearest(word, known_words(command));
    if (!meant.empty()) said += "; did you mean `" + meant + "`?";
  }
  std::string help = "--help";
  for (const CLI::App* at = &command; at != nullptr && at != &app; at = at->get_parent()) {
    help.insert(0, " ").insert(0, at->get_name());  // "db backup"
  }
  help.insert(0, "poller ");
  log::say(LogLevel::error, "poller: " + said, "`" + help + "` shows what there is.", {{"kind", "usage"}});
}

}  // namespace poller::cli
