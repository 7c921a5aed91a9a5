// Measures poller beside mbsync and others on one mailbox, and prints a table (Markdown) with the ratios. scripts/bench
// runs it.
//   bench [--mails N] [--rounds N] [--folder DIR]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../support/temp_dir.h"
#include "load_mails.h"
#include "runs.h"

namespace poller::bench {
namespace {

constexpr int kFarMails = 1000;
constexpr int kPeerMails = 2000;
constexpr std::chrono::milliseconds kRoundTrip{20};
constexpr std::size_t kLargeMail = 34'000'000;  // with its text and header just below the default max_size, 35 MB

struct Options {
  int mails = 10'000;
  int rounds = 3;
};

struct Row {
  std::string name;
  std::function<Measured()> run;
  std::vector<Measured> results{};

  [[nodiscard]] Measured median() const {
    std::vector<Measured> sorted = results;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
    Measured middle = sorted[sorted.size() / 2];
    for (const auto& m : results) middle.peak_megabytes = std::max(middle.peak_megabytes, m.peak_megabytes);
    return middle;
  }
};

void say(const std::string& what) { fmt::print(stderr, "    {}\n", what); }

void print_rows(const std::vector<Row>& rows, const Load& load) {
  fmt::print(
      "| program | s | mails/s | MB/s | CPU s | all CPU s | peak MB | time against mbsync | against fetching "
      "alone |\n");
  fmt::print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  const double fetching = rows[0].median().seconds;
  const double mbsync = rows[1].median().seconds;
  for (const Row& row : rows) {
    const Measured m = row.median();
    fmt::print("| {} | {:.2f} | {:.0f} | {:.0f} | {:.2f} | {:.2f} | {:.0f} | {:.2f} | {:.2f} |\n", row.name, m.seconds,
               load.mails / m.seconds, load.megabytes / m.seconds, m.cpu_seconds, m.machine_cpu_seconds,
               m.peak_megabytes, m.seconds / mbsync, m.seconds / fetching);
  }
}

// In each round every program runs once, so that what else the machine does meets all of them.
void run_rounds(std::vector<Row>& rows, int rounds) {
  for (int round = 1; round <= rounds; ++round) {
    for (Row& row : rows) {
      row.results.push_back(row.run());
      say(fmt::format("round {}: {:6.2f} s  {}", round, row.results.back().seconds, row.name));
    }
  }
}

// Some are so slow that once over fewer mails must do.
void compare_peers(Runs& runs, const Options& options) {
  const std::string user = "peers@contoso.example";
  const int mails = std::min(options.mails, kPeerMails);
  say(fmt::format("{} mails for other programs", mails));
  const Load load = runs.deliver(mails, user);
  std::vector<Row> rows;
  rows.push_back(
      {"**poller --once** to SQLite (synchronous=FULL)", [&] { return runs.poller_once(user, mails, "keep"); }});
  rows.push_back({"mpop, POP3 to a Maildir", [&] { return runs.mpop(user, mails); }});
  rows.push_back({"fetchmail, IMAP to one file", [&] { return runs.fetchmail(user, mails); }});
  rows.push_back({"getmail6, IMAP to a Maildir", [&] { return runs.getmail(user, mails); }});
  rows.push_back({"imapflow and mailparser, thrown away", [&] { return runs.imapflow(user, mails); }});
  run_rounds(rows, 1);
  fmt::print(
      "\n{} mails, {:.0f} MB, once each; the others do no more than to download, the last one also to parse.\n\n",
      load.mails, load.megabytes);
  fmt::print("| program | s | mails/s | CPU s | peak MB | time against poller |\n");
  fmt::print("| --- | ---: | ---: | ---: | ---: | ---: |\n");
  const double poller = rows[0].median().seconds;
  for (const Row& row : rows) {
    const Measured m = row.median();
    fmt::print("| {} | {:.2f} | {:.0f} | {:.2f} | {:.0f} | {:.1f} |\n", row.name, m.seconds, load.mails / m.seconds,
               m.cpu_seconds, m.peak_megabytes, m.seconds / poller);
  }
}

void compare(Runs& runs, const Options& options) {
  say(fmt::format("putting {} mails into Dovecot", options.mails));
  const Load load = runs.deliver(options.mails);
  std::vector<Row> rows;
  rows.push_back({"fetched by poller's engine, thrown away", [&] { return runs.fetch_only(); }});
  rows.push_back({"mbsync to a Maildir (its default: fsync a mail)", [&] { return runs.mbsync(true); }});
  rows.push_back({"mbsync to a Maildir, `FSync no`", [&] { return runs.mbsync(false); }});
  rows.push_back({"**poller --once** to SQLite (synchronous=FULL)",
                  [&] { return runs.poller_once(kUser, options.mails, "keep"); }});
  rows.push_back({"poller replay of the same files", [&] { return runs.poller_replay(options.mails); }});
  run_rounds(rows, options.rounds);
  Row seen{"poller --once with `after: seen`, once", [&] { return runs.poller_once(kUser, options.mails, "seen"); }};
  seen.results.push_back(seen.run());
  rows.push_back(seen);
  fmt::print("{} mails, {:.0f} MB, Dovecot over TLS on loopback; median of {} rounds, the highest peak.\n\n",
             load.mails, load.megabytes, options.rounds);
  print_rows(rows, load);
}

// Where the server is far away, waiting is what takes time.
void compare_far_away(Runs& runs, const Options& options) {
  const std::string user = "far@contoso.example";
  say(fmt::format("{} mails, {} ms of round trip away", kFarMails, kRoundTrip.count()));
  const Load load = runs.deliver(kFarMails, user);
  runs.move_away(kRoundTrip);
  std::vector<Row> rows;
  rows.push_back({"a mail a command, one after the other, thrown away", [&] { return runs.fetch_only(user, true); }});
  rows.push_back({"mbsync to a Maildir, `FSync no`", [&] { return runs.mbsync(false, user); }});
  rows.push_back({"fetched by poller's engine, thrown away", [&] { return runs.fetch_only(user); }});
  rows.push_back(
      {"**poller --once** to SQLite (synchronous=FULL)", [&] { return runs.poller_once(user, kFarMails, "keep"); }});
  run_rounds(rows, options.rounds);
  fmt::print("\n{} mails, {:.0f} MB, the same server {} ms of round trip away.\n\n", load.mails, load.megabytes,
             kRoundTrip.count());
  fmt::print("| program | s | mails/s | times as fast as one by one | times as fast as mbsync |\n");
  fmt::print("| --- | ---: | ---: | ---: | ---: |\n");
  for (const Row& row : rows) {
    const double seconds = row.median().seconds;
    fmt::print("| {} | {:.2f} | {:.0f} | {:.1f} | {:.1f} |\n", row.name, seconds, load.mails / seconds,
               rows[0].median().seconds / seconds, rows[1].median().seconds / seconds);
  }
}

Measured best_of(int times, const std::function<Measured()>& run) {
  std::optional<Measured> best;
  for (int i = 0; i < times; ++i) {
    const Measured m = run();
    if (!best || m.cpu_seconds < best->cpu_seconds) best = m;
  }
  return *best;
}

void small_figures(Runs& runs) {
  say("one large mail, an empty mailbox, --help");
  const std::string user = "large@contoso.example";
  runs.deliver_one(user, mail_of_size(1, kLargeMail));
  const Measured large = runs.poller_once(user, 1, "keep");
  const Measured empty = best_of(10, [&] { return runs.poller_empty(); });
  const Measured help = best_of(20, [&] { return runs.poller_help(); });
  fmt::print("\n| figure | value |\n| --- | ---: |\n");
  fmt::print("| one mail of 35 MB: peak memory | {:.0f} MB |\n", large.peak_megabytes);
  fmt::print("| `poller --once` over an empty mailbox: round trips after the TLS handshake | {} |\n",
             runs.empty_round_trips());
  fmt::print("| the same: CPU of the whole process, its start included | {:.1f} ms |\n", empty.cpu_seconds * 1000);
  fmt::print("| a pass of the daemon over an empty mailbox: CPU | {:.1f} ms |\n", runs.daemon_pass() * 1000);
  fmt::print("| `poller --help` | {:.1f} ms |\n", help.seconds * 1000);
}

int usage() {
  fmt::print(stderr, "usage: bench [--mails N] [--rounds N]\n");
  return 64;
}

std::optional<Options> read_options(const std::vector<std::string>& arguments) {
  Options out;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const int number = std::atoi(arguments[i + 1].c_str());
    if (number < 1) return std::nullopt;
    if (arguments[i] == "--mails") {
      out.mails = number;
    } else if (arguments[i] == "--rounds") {
      out.rounds = number;
    } else {
      return std::nullopt;
    }
  }
  if (arguments.size() % 2 != 0) return std::nullopt;
  return out;
}

}  // namespace
}  // namespace poller::bench

int main(int argc, char** argv) {
  using namespace poller;
  const auto options = bench::read_options({argv + 1, argv + argc});
  if (!options) return bench::usage();
  try {
    const support::TempDir folder("bench");
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    bench::Runs runs(folder.path());
    bench::compare(runs, *options);
    bench::compare_peers(runs, *options);
    bench::small_figures(runs);
    bench::compare_far_away(runs, *options);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 70;
  }
}
