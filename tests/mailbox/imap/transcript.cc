#include "transcript.h"

#include <fmt/format.h>

#include "base/text.h"

namespace poller::imap_test {
namespace {

class Player {
 public:
  explicit Player(support::Conversation& to) : to_(to), imap_(to) {}

  void act(std::string_view line) {
    if (line == "close") {
      to_.close();
    } else if (line.substr(0, 3) == "C: ") {
      tag_ = imap_.expect(line.substr(3)).tag;
    } else if (line.substr(0, 3) == "L: ") {
      const std::string got = to_.line();
      if (got.rfind(line.substr(3), 0) != 0) throw std::runtime_error(fmt::format("'{}' instead of '{}'", got, line));
    } else if (line.substr(0, 2) == "S:") {
      say(line.substr(line.size() > 2 ? 3 : 2));
    } else {
      throw std::runtime_error(fmt::format("not a line of a transcript: {}", line));
    }
  }

 private:
  void say(std::string_view text) {
    const bool tagged = text.substr(0, 4) == "TAG ";
    to_.say(tagged ? tag_ + std::string(text.substr(3)) : std::string(text));
  }

  support::Conversation& to_;
  FakeImap imap_;
  std::string tag_;
};

}  // namespace

void play(support::Conversation& conversation, std::string_view transcript) {
  Player player(conversation);
  for (const auto line : text::split(transcript, '\n')) {
    if (!line.empty()) player.act(line);
  }
  conversation.wait_for_end();
}

support::Script playing(std::string_view transcript) {
  return [transcript](support::Conversation& conversation) { play(conversation, transcript); };
}

}  // namespace poller::imap_test
