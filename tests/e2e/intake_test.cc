// A mailbox on a real Dovecot ends as tickets: all of it, once, and the server is touched only afterwards.
#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "../support/filters.h"
#include "../support/mail_maker.h"
#include "../support/proxy.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::ImapFilter;
using poller::support::Passage;
using poller::support::Proxy;

namespace {

constexpr const char* kMailCount = "SELECT count(*) FROM message_v1 WHERE direction = 'in'";

// Numbers in a UID set such as "1:3,7".
int set_size(const std::string& set) {
  int size = 0;
  for (std::size_t at = 0; at < set.size();) {
    std::size_t used = 0;
    const int from = std::stoi(set.substr(at), &used);
    at += used;
    int to = from;
    if (at < set.size() && set[at] == ':') {
      to = std::stoi(set.substr(at + 1), &used);
      at += used + 1;
    }
    size += to - from + 1;
    ++at;  // the comma
  }
  return size;
}

// The UID set of a UID command line: its third word's neighbour.
std::string uid_set(const std::string& command) {
  const auto from = command.find(' ', command.find(' ', command.find(' ') + 1) + 1) + 1;
  return command.substr(from, command.find(' ', from) - from);
}

bool changes_mail(const std::string& word) {
  return word == "UID STORE" || word == "UID MOVE" || word == "UID COPY" || word == "UID EXPUNGE" || word == "EXPUNGE";
}

}  // namespace

TEST_CASE("a thousand mails, every one a message, and nothing to do the second time") {
  const auto user = new_user();
  deliver_mails(user, 1000);
  const Home home = signed_in_home(options_for(user));
  const auto first = home.once();
  CHECK(first.mails == 1000);
  CHECK(first.stored == 1000);
  CHECK(home.count(kMailCount) == 1000);
  CHECK(home.count("SELECT count(DISTINCT message_id) FROM message_v1") == 1000);
  CHECK(home.count("SELECT count(*) FROM ticket_v1") == 800);  // every fifth mail answers the one before it
  CHECK(home.count("SELECT count(*) FROM attachment_v1") == 100);
  CHECK(flagged(user, 'S') == 1000);

  const auto second = home.once();
  CHECK(second.stored == 0);
  CHECK(second.duplicate == 0);
  CHECK(home.count(kMailCount) == 1000);

  deliver_mails(user, 7, 1000);
  CHECK(home.once().stored == 7);
  CHECK(home.count(kMailCount) == 1007);

  const auto tickets = home.run({"tickets", "--json", "--limit", "2000"});
  long messages = 0;
  for (const auto& ticket : json_lines(tickets.out)) messages += ticket.at("message_count").get<long>();
  CHECK(messages == 1007);
}

TEST_CASE("flags, deletes and moves come after the commit, and are done") {
  const char* after = nullptr;
  int left = 0, seen = 0, moved = 0;
  SUBCASE("keep") { after = "keep", left = 120; }
  SUBCASE("seen") { after = "seen", left = 120, seen = 120; }
  SUBCASE("delete") { after = "delete"; }
  SUBCASE("move") { after = "{move: Done}", moved = 120; }
  const auto user = new_user();
  deliver_mails(user, 120);
  Home* watched = nullptr;
  int touched = 0;  // mails named in commands that change something, before each one's commit was looked for
  bool too_early = false;
  poller::support::ProxyOptions options;
  options.server_port = dovecot().imap_port();
  options.tls = dovecot().ca().server();
  const Proxy proxy(options, [&](int /*connection*/) {
    return std::make_unique<ImapFilter>(
        [&](const std::string& command) -> std::optional<Passage> {
          const auto word = poller::support::word_of(command);
          if (!changes_mail(word) || watched == nullptr) return std::nullopt;
          if (word == "UID STORE" || word == "UID MOVE" || word == "UID COPY") {
            touched = std::max(touched, set_size(uid_set(command)));
            if (watched->count(kMailCount) < touched) too_early = true;
          }
          return std::nullopt;
        },
        nullptr);
  });
  auto home_options = options_for(user, proxy.port());
  home_options.after = after;
  Home home = signed_in_home(home_options);
  watched = &home;
  CHECK(home.once().stored == 120);
  CHECK(home.count(kMailCount) == 120);
  CHECK((touched > 0) == (std::string(after) != "keep"));
  CHECK_FALSE(too_early);
  CHECK(static_cast<int>(dovecot().mails(user).size()) == left);
  CHECK(flagged(user, 'S') == seen);
  CHECK(static_cast<int>(dovecot().mails(user, "Done").size()) == moved);
  CHECK(home.once().stored == 0);
}

TEST_CASE("another UIDVALIDITY makes no mail twice") {
  const auto user = new_user();
  deliver_mails(user, 60);
  const Home home = signed_in_home(options_for(user));
  CHECK(home.once().stored == 60);
  dovecot().change_uidvalidity(user);
  deliver_mails(user, 3, 60);
  const auto again = home.once();
  CHECK(again.stored == 3);
  CHECK(again.duplicate == 60);
  CHECK(home.count(kMailCount) == 63);
  CHECK(home.count("SELECT count(DISTINCT message_id) FROM message_v1") == 63);
  CHECK(home.once().duplicate == 0);  // known now under its new number
}

TEST_CASE("a mail too large goes to quarantine, stays as it was on the server, and holds up nobody") {
  const auto user = new_user();
  deliver_mails(user, 2);
  dovecot().deliver(user, poller::support::make_large_mail(2, 300'000));
  deliver_mails(user, 2, 3);
  auto options = options_for(user);
  options.mailbox_keys = "    max_size: 200KB\n";
  const Home home = signed_in_home(options);
  const auto first = home.once();
  CHECK(first.stored == 4);
  CHECK(first.quarantined == 1);
  CHECK(flagged(user, 'S') == 4);
  const auto rows = json_lines(home.run({"quarantine", "--json"}).out);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].at("mailbox") == "support");
  CHECK(rows[0].at("subject") == "Question 2");
  CHECK(home.once().quarantined == 0);  // known: not fetched each pass
  CHECK(flagged(user, 'S') == 4);
}

TEST_CASE("--dry-run changes nothing, neither here nor on the server") {
  const auto user = new_user();
  deliver_mails(user, 5);
  const Home home = signed_in_home(options_for(user));
  const auto result = home.run({"--once", "--dry-run", "--json"});
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(json_lines(result.out).size() == 6);
  CHECK(home.count(kMailCount) <= 0);
  CHECK(flagged(user, 'S') == 0);
  CHECK(home.once().stored == 5);
  deliver_mails(user, 1, 5);
  CHECK(home.run({"--once", "--dry-run"}).exit_code == 0);
  CHECK(home.count(kMailCount) == 5);
  CHECK(flagged(user, 'S') == 5);
}

TEST_CASE("an empty mailbox is no failure; only what is new or unseen is taken where the configuration says so") {
  const auto user = new_user();
  auto options = options_for(user);
  CHECK(signed_in_home(options).once().mails == 0);
  deliver_mails(user, 4);
  dovecot().deliver(user, poller::support::make_mail(4), "INBOX", "S");
  options.mailbox_keys = "    start: unseen\n";
  CHECK(signed_in_home(options).once().stored == 4);
  options.mailbox_keys = "    start: new\n";
  const Home home = signed_in_home(options);
  CHECK(home.once().stored == 0);
  deliver_mails(user, 2, 5);
  CHECK(home.once().stored == 2);
}
