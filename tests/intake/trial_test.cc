// Mails tried in a child process.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "../support/temp_dir.h"
#include "intake/trial.h"
#include "parsers/charset.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the tests of it

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsHold = false;  // sanitizers reserve terabytes of addresses
#else
constexpr bool kLimitsHold = true;
#endif

RawMail mail_of(std::size_t size) {
  RawMail raw;
  raw.bytes = "From: ann@example.com\r\nSubject: x\r\n\r\n" + std::string(size, 'x') + "\r\n";
  raw.announced_size = raw.bytes.size();
  return raw;
}

std::size_t addresses_in_use() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

pid_t first_child_of(pid_t parent) {
  pid_t child = 0;
  const std::string task = std::to_string(parent);
  std::ifstream("/proc/" + task + "/task/" + task + "/children") >> child;
  return child;
}

// Ended, though perhaps nobody has asked for its exit status.
bool is_over(pid_t process) {
  std::string stat;
  std::getline(std::ifstream("/proc/" + std::to_string(process) + "/stat"), stat);
  return stat.empty() || stat.substr(stat.rfind(')') + 2, 1) == "Z";
}

template <class Condition>
bool comes_true_within_a_second(const Condition& condition) {
  for (int i = 0; i < 100; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

}  // namespace

TEST_CASE("a mail for which the child has too little memory ends the child, and nothing goes on in it") {
  if (!kLimitsHold) {
    MESSAGE("skipped: memory cannot be limited under a sanitizer");
    return;
  }
  const std::vector<RawMail> mails{mail_of(100), mail_of(250'000'000), mail_of(200)};
  load_charsets();  // is not what memory shall lack for
  const support::TempDir dir("trial");
  const pid_t self = ::getpid();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  rlimit little = before;
  little.rlim_cur = addresses_in_use() + 32'000'000;
  REQUIRE(::setrlimit(RLIMIT_AS, &little) == 0);
  std::vector<bool> survived;
  try {
    survived = survives_processing(mails, {300'000'000, 0, std::nullopt}, 20);
  } catch (...) {
  }
  if (::getpid() != self) {
    std::ofstream(dir / "escaped") << "x";
    ::_exit(1);
  }
  REQUIRE(::setrlimit(RLIMIT_AS, &before) == 0);
  CHECK(survived == std::vector<bool>{true, false, true});
  CHECK_FALSE(std::filesystem::exists(dir / "escaped"));
}

// It would hold the storage's files, and a mail without end would keep it for ever.
TEST_CASE("the child ends with its parent") {
  // One that takes some seconds: between two mails the child would find the pipe closed.
  RawMail mail = mail_of(0);
  while (mail.bytes.size() < 60'000'000) mail.bytes += "> On Monday, Ann wrote:\r\nfrom: x, to: y\r\n";
  const std::vector<RawMail> mails{std::move(mail)};
  const pid_t parent = ::fork();
  if (parent == 0) {
    survives_processing(mails, {100'000'000, 0, std::nullopt}, 600);
    ::_exit(0);
  }
  pid_t child = 0;
  CHECK(comes_true_within_a_second([&] { return (child = first_child_of(parent)) != 0; }));
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  REQUIRE(child != 0);
  CHECK(comes_true_within_a_second([&] { return is_over(child); }));
  ::kill(child, SIGKILL);
}
