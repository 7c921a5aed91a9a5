// A log line is one line, whatever is in it, and says what there is to say.
#include "base/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace {

using poller::LogFormat;
namespace log = poller::log;

/// What `write` sends to standard error.
template <class Write>
std::string written(Write write) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  write();
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(ends[1]);
  std::string out(4096, '\0');
  out.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(ends[0], out.data(), out.size()), 0)));
  ::close(ends[0]);
  return out;
}

}  // namespace

TEST_CASE("a line of text: its fields quoted where they must be, the empty ones left out") {
  const auto line = written([] {
    log::warning("not stored", {{"mailbox", "support"}, {"reason", "no \"room\"\n"}, {"advice", ""}, {"times", 3}});
  });
  CHECK(line.ends_with("not stored mailbox=support reason=\"no \\\"room\\\"\\n\" times=3\n"));
}

TEST_CASE("a line of JSON has every field, in order") {
  log::set_format(LogFormat::json);
  const auto line = written([] { log::error("broken\x1b[2J\nline", {{"advice", ""}, {"times", 3}}); });
  log::set_format(LogFormat::text);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find("\"advice\":\"\",\"times\":\"3\"") != std::string::npos);
  CHECK(nlohmann::json::parse(line).is_object());
}

TEST_CASE("what is below the threshold is not written") {
  CHECK(written([] { log::debug("nothing", {}); }).empty());
}
