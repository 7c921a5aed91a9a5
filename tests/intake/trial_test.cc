// Mails tried in a child process.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "../support/temp_dir.h"
#include "intake/trial.h"

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

}  // namespace

TEST_CASE("a mail for which the child has too little memory ends the child, and nothing goes on in it") {
  if (!kLimitsHold) {
    MESSAGE("skipped: memory cannot be limited under a sanitizer");
    return;
  }
  const std::vector<RawMail> mails{mail_of(100), mail_of(64'000'000), mail_of(200)};
  const support::TempDir dir("trial");
  const pid_t self = ::getpid();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  rlimit little = before;
  little.rlim_cur = addresses_in_use() + 32'000'000;
  REQUIRE(::setrlimit(RLIMIT_AS, &little) == 0);
  std::vector<bool> survived;
  try {
    survived = survives_processing(mails, {100'000'000, 0, std::nullopt}, 20);
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
