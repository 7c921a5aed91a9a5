// A log line is one line, whatever is in it, and says what there is to say.
#include "base/log.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/log_text.h"

namespace {

using poller::LogFormat;
using poller::support::log_of;
namespace log = poller::log;

}  // namespace

TEST_CASE("a line of text: its fields quoted where they must be, the empty ones left out") {
  const auto line = log_of([] {
    log::warning("not stored", {{"mailbox", "support"}, {"reason", "no \"room\"\n"}, {"advice", ""}, {"times", 3}});
  });
  CHECK(line.ends_with("not stored mailbox=support reason=\"no \\\"room\\\"\\n\" times=3\n"));
}

TEST_CASE("a line of JSON has every field, in order") {
  log::set_format(LogFormat::json);
  const auto line = log_of([] { log::error("broken\x1b[2J\nline", {{"advice", ""}, {"times", 3}}); });
  log::set_format(LogFormat::text);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find("\"advice\":\"\",\"times\":\"3\"") != std::string::npos);
  CHECK(nlohmann::json::parse(line).is_object());
}

TEST_CASE("what is below the threshold is not written") {
  CHECK(log_of([] { log::debug("nothing", {}); }).empty());
}
