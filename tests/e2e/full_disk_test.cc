// A disk that is full or nearly so: nothing is fetched in time, what waits to be sent goes out, and what an
// administrator needs then works or says how much room it wants.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "daemon.h"
#include "sending.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::RunResult;

namespace {

constexpr int kNoDisk = 99;
constexpr const char* kFill = "head -c 200M /dev/zero >> var/ballast 2>/dev/null\n";

/// A script with a disk of that size at var/ of the home, gone when the script has ended; "$POLLER" is the program.
RunResult on_small_disk(const Home& home, const char* size, const std::string& script) {
  poller::support::RunOptions options;
  options.folder = home.path();
  options.environment = {{"POLLER", POLLER_BINARY}};
  const std::string mount =
      fmt::format("mkdir -p var && mount -t tmpfs -o mode=700,size={} none var || exit {}\n", size, kNoDisk);
  return poller::support::run_program({"unshare", ::geteuid() == 0 ? "-m" : "-rm", "sh", "-c", mount + script},
                                      options);
}

bool has_small_disks() {
  static const bool yes = on_small_disk(Home(HomeOptions{}), "1m", "exit 0").exit_code == 0;
  if (!yes) MESSAGE("skipped: no file system may be mounted here (unshare -m, mount)");
  return yes;
}

std::string noise(unsigned seed, std::size_t size) {
  std::string out;
  for (unsigned x = seed * 7919 + 1; out.size() < size;) {
    x = x * 1664525 + 1013904223;
    out += out.size() % 77 == 76 ? '\n' : static_cast<char>(33 + (x >> 24) % 90);
  }
  return out;
}

/// The home's mailbox becomes the folder mail/, with so many mails of that size, which do not pack.
void put_mails(const Home& home, int mails, std::size_t size, const std::string& more = "") {
  poller::support::write_text(home.path() / "poller.yaml",
                              "version: 1\nstorage: sqlite:var/poller.db\nmailboxes:\n"
                              "  - {name: files, protocol: directory, path: mail, after: keep}\n" +
                                  more);
  std::filesystem::create_directories(home.path() / "mail");
  for (int i = 0; i < mails; ++i) {
    poller::support::write_text(home.path() / "mail" / fmt::format("{:03}.eml", i),
                                fmt::format("From: a@example.test\nSubject: {0}\nMessage-ID: <{0}@example.test>\n\n{1}",
                                            i, noise(static_cast<unsigned>(i), size)));
  }
}

}  // namespace

TEST_CASE("--once fetches nothing where too little room is left, and sends what waits") {
  if (!has_small_disks()) return;
  const auto user = new_user();
  const std::string jane = "jane-" + user;
  const Home home = sending_home(user, "");
  poller::support::write_text(home.path() / "first.eml", customer_mail(jane, user, "first@" + user, "Printer"));
  std::filesystem::copy(home.path() / "var", home.path() / "kept", std::filesystem::copy_options::recursive);
  deliver_mails(user, 2);
  const auto result = on_small_disk(home, "64m", R"sh(
cp -a kept/tokens var/
"$POLLER" replay first.eml >/dev/null || exit 1
echo "Have you tried water?" | "$POLLER" reply T-1 >/dev/null || exit 2
"$POLLER" --once; echo "code=$?"
"$POLLER" tickets --json | wc -l
)sh");
  CHECK_MESSAGE(holds(result.out, "code=75\n1\n"), result.out, result.err);
  CHECK_MESSAGE(holds(result.err, "the disk is nearly full"), result.err);
  CHECK_MESSAGE(holds(result.err, "256"), result.err);
  CHECK_MESSAGE(holds(result.err, "db prune"), result.err);
  CHECK(flagged(user, 'S') == 0);
  CHECK(sent_to(jane).size() == 1);
}

TEST_CASE("--once ends a pass when the room gets short, with what is stored") {
  if (!has_small_disks()) return;
  constexpr int kMails = 90;  // more than are in hand at a time
  const Home home(HomeOptions{});
  put_mails(home, kMails, 1'000'000);
  const auto result = on_small_disk(home, "250m", R"sh(
"$POLLER" --once; echo "code=$?"
"$POLLER" tickets --json | wc -l
df --output=avail -B1 var | tail -1
"$POLLER" db check --quick
)sh");
  CHECK_MESSAGE(holds(result.out, "code=75\n"), result.out, result.err);
  CHECK_MESSAGE(holds(result.err, "the disk is nearly full"), result.err);
  CHECK_MESSAGE(holds(result.out, "the storage is sound"), result.out);
  const auto after = result.out.substr(result.out.find("code="));
  const int tickets = std::stoi(after.substr(after.find('\n') + 1));
  CHECK(tickets > 0);
  CHECK(tickets < kMails);
}

TEST_CASE(
    "a full disk: what is stored can be read and backed up to another one, prune wants 1 MB, and vacuum says how much, "
    "and where") {
  if (!has_small_disks()) return;
  const Home home(HomeOptions{});
  put_mails(home, 30, 60'000, "retention: {raw: 1s}\n");
  const std::string fill = std::string(R"sh(
"$POLLER" replay mail >/dev/null || exit 1
for t in $("$POLLER" tickets --json | sed 's/.*"number":"\([^"]*\)".*/\1/'); do
  [ $t = T-1 ] || "$POLLER" set $t --status closed >/dev/null || exit 2
done
sleep 2.1
)sh") + kFill;
  const auto result = on_small_disk(home, "16m", fill + R"sh(
"$POLLER" status >/dev/null; echo "status=$?"
"$POLLER" show T-1 >/dev/null; echo "show=$?"
"$POLLER" db backup copy.db; echo "backup=$?"
"$POLLER" db prune; echo "prune=$?"
echo "---" >&2
"$POLLER" db vacuum; echo "vacuum=$?"
echo "---" >&2
truncate -s -1M var/ballast
"$POLLER" db prune; echo "prune=$?"
"$POLLER" db check; echo "check=$?"
truncate -s 0 var/ballast
"$POLLER" db vacuum; echo "vacuum=$?"
)sh");
  CHECK_MESSAGE(holds(result.out, "status=0\nshow=0\n"), result.out, result.err);
  CHECK_MESSAGE(holds(result.out, "backup=0\nprune=74\nvacuum=74\n"), result.out, result.err);
  CHECK_MESSAGE(holds(result.out, "the bytes of 29 mails"), result.out, result.err);
  CHECK_MESSAGE(holds(result.out, "prune=0\nthe storage is sound\ncheck=0\ndone\nvacuum=0\n"), result.out, result.err);
  const auto prune = result.err.substr(0, result.err.find("---"));
  CHECK_MESSAGE(holds(prune, "Make 1 MB of room in " + (home.path() / "var").string()), result.err);
  const auto vacuum = result.err.substr(prune.size());
  CHECK_MESSAGE(holds(vacuum, "it takes "), result.err);
  CHECK_MESSAGE(holds(vacuum, " MB in " + (home.path() / "var").string()), result.err);
  CHECK_MESSAGE(holds(vacuum, "SQLITE_TMPDIR"), result.err);
  std::filesystem::create_directories(home.path() / "var");
  for (const char* suffix : {"", "-raw"}) {
    std::filesystem::copy_file(home.path() / (std::string("copy.db") + suffix),
                               home.path() / (std::string("var/poller.db") + suffix));
  }
  CHECK(home.run({"db", "check"}).exit_code == 0);
  CHECK(home.count(kIncomingCount) == 30);
}
