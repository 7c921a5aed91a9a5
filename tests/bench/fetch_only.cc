// Fetches a whole mailbox with poller's own IMAP engine and throws the bytes away: what is left of the time of
// `poller --once` when nothing is done with the mails.  bench_fetch PORT CA-FILE USER PASSWORD [one]
// "one": a mail a command, and the next command when it has come, as simple programs do it.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "mailbox/open.h"

namespace {

void fetch_everything(std::span<char*> arguments) {
  poller::config::Mailbox mailbox;
  mailbox.name = "bench";
  mailbox.server.host = "localhost";
  mailbox.server.port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
  mailbox.server.ca_file = arguments[2];
  mailbox.auth = poller::config::Auth::password;
  mailbox.user = arguments[3];
  const std::string password = arguments[4];
  poller::Credentials credentials;
  credentials.password = [&] { return poller::Secret(password); };
  const auto session = poller::open_mailbox(mailbox, credentials, {}, "");
  session->open(true);
  std::uint64_t mails = 0, bytes = 0;
  const auto throw_away = [&](poller::RawMail&& mail) {
    ++mails;
    bytes += mail.bytes.size();
    return true;
  };
  std::vector<poller::Listed> all = session->list({});
  const bool one_by_one = arguments.size() == 6;
  if (one_by_one) {
    for (auto& mail : all) mail.size = 1;  // as if known: no command to ask for it
  }
  const std::size_t at_once = one_by_one ? 1 : all.size();
  for (std::span<const poller::Listed> left(all); !left.empty(); left = left.subspan(at_once)) {
    session->fetch(left.first(at_once), {}, throw_away);
  }
  session->close();
  fmt::print("{} {}\n", mails, bytes);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && !(argc == 6 && std::string_view(argv[5]) == "one")) return 64;
  try {
    fetch_everything(std::span(argv, static_cast<std::size_t>(argc)));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 70;
  }
}
