// The SMTP session through a proxy that breaks it: cut or reset at every byte, stalled or garbled at every step,
// sliced. Nothing is lost, and nothing doubled outside `uncertain`. POLLER_FULL=1 tries every byte, else some of them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <mutex>

#include "../support/filters.h"
#include "../support/proxy.h"
#include "outbox_home.h"

namespace poller::outbound {
namespace {

using support::Fault;
using support::FaultFilter;
using support::Proxy;
using support::ProxyOptions;

bool every_byte() { return std::getenv("POLLER_FULL") != nullptr; }

ProxyOptions before_the_server() {
  ProxyOptions options;
  options.server_port = smtp_server().tls_port();
  options.tls = smtp_server().ca().server();
  options.server_tls = true;
  return options;
}

// What went both ways.
struct Recording {
  std::mutex mutex;
  std::string up, down;
};

class RecordingFilter : public support::Filter {
 public:
  explicit RecordingFilter(Recording& into) : into_(into) {}
  support::Passage from_client(std::string_view bytes) override {
    const std::lock_guard lock(into_.mutex);
    into_.up += bytes;
    return Filter::from_client(bytes);
  }
  support::Passage from_server(std::string_view bytes) override {
    const std::lock_guard lock(into_.mutex);
    into_.down += bytes;
    return Filter::from_server(bytes);
  }

 private:
  Recording& into_;
};

// One unbroken session.
void record(Recording& recording) {
  Proxy proxy(before_the_server(), [&](int) { return std::make_unique<RecordingFilter>(recording); });
  OutboxHome home(proxy.port(), true);
  home.queue("recorded");
  REQUIRE(home.run().sent == 1);
}

std::vector<std::size_t> line_starts(const std::string& bytes) {
  std::vector<std::size_t> out;
  for (std::size_t at = 0; at < bytes.size(); at = bytes.find('\n', at) + 1) {
    out.push_back(at);
    if (bytes.find('\n', at) == std::string::npos) break;
  }
  return out;
}

// Where each command of the client begins; of the mail itself its first byte and its end.
std::vector<std::size_t> client_steps(const std::string& up) {
  std::vector<std::size_t> out;
  const auto data = up.find("DATA\r\n");
  const auto end = up.find("\r\n.\r\n", data);
  REQUIRE(end != std::string::npos);
  for (const auto at : line_starts(up)) {
    if (at <= data + 6 || at >= end + 2) out.push_back(at);
  }
  return out;
}

struct Tally {
  int lost = 0, doubled = 0, uncertain = 0, rounds = 0;
};

// One mail: its first connection has the fault, and 200 ms for everything; then it is tried as usual.
void broken_round(const Fault& fault, Tally& tally) {
  static int number = 0;
  bool first = true;
  Proxy proxy(before_the_server(), [&](int) -> std::unique_ptr<support::Filter> {
    if (!std::exchange(first, false)) return std::make_unique<support::Filter>();
    return std::make_unique<FaultFilter>(fault);
  });
  OutboxHome home(proxy.port(), true);
  constexpr std::chrono::milliseconds kShort(200);
  home.deadlines = {kShort, kShort, kShort, kShort};
  const std::string subject = fmt::format("broken {}", number++);
  const Queued q = home.queue(subject);
  home.run();
  home.clock.offset += 1000;  // also a sign-in that was garbled is tried again by then
  home.deadlines = {};
  home.run();
  const int taken = taken_subjects()[subject];
  const OutboxState state = home.row(q).state;
  const bool is_uncertain = state == OutboxState::uncertain;
  const bool is_lost = !is_uncertain && (state != OutboxState::sent || taken == 0);
  CAPTURE(fault.at);
  CAPTURE(static_cast<int>(fault.kind));
  CAPTURE(static_cast<int>(fault.direction));
  CAPTURE(home.row(q).last_error);
  CHECK_FALSE(is_lost);
  CHECK(taken <= 1);
  ++tally.rounds;
  tally.uncertain += is_uncertain ? 1 : 0;
  tally.lost += is_lost ? 1 : 0;
  tally.doubled += taken > 1 ? 1 : 0;
}

void report_tally(const Tally& tally) {
  MESSAGE("rounds " << tally.rounds << ", uncertain " << tally.uncertain << ", lost " << tally.lost << ", doubled "
                    << tally.doubled);
}

}  // namespace

TEST_CASE("cut or reset at every byte of a session") {
  Recording session;
  record(session);
  Tally tally;
  const auto kind = [](std::size_t at) { return at % 2 == 0 ? Fault::Kind::cut : Fault::Kind::reset; };
  const std::size_t up = session.up.size();
  for (std::size_t at = 0; at < up; at += every_byte() ? 1 : at < 220 || at + 120 > up ? 5 : 67) {
    broken_round({kind(at), support::Direction::to_server, at}, tally);
  }
  for (std::size_t at = 0; at < session.down.size(); at += every_byte() ? 1 : 9) {
    broken_round({kind(at), support::Direction::to_client, at}, tally);
  }
  report_tally(tally);
  CHECK(tally.uncertain > 0);
  CHECK(tally.uncertain < tally.rounds / 2);
}

TEST_CASE("stalled and garbled once at every step of the protocol") {
  Recording session;
  record(session);
  Tally stalled, garbled;
  const auto both = [&](support::Direction direction, std::size_t at) {
    broken_round({Fault::Kind::stall, direction, at}, stalled);
    broken_round({Fault::Kind::garble, direction, at}, garbled);
  };
  for (const auto at : client_steps(session.up)) both(support::Direction::to_server, at);
  for (const auto at : line_starts(session.down)) both(support::Direction::to_client, at);
  report_tally(stalled);
  report_tally(garbled);
  CHECK(stalled.rounds > 15);
  CHECK(stalled.uncertain > 0);
  CHECK(stalled.uncertain < 9);
  CHECK(garbled.uncertain < 9);
}

TEST_CASE("in slices of any size the session is the same") {
  Tally tally;
  for (const std::size_t slice : {1, 2, 7, 100}) {
    Fault fault;
    fault.slice = slice;
    fault.delay = std::chrono::milliseconds(slice == 7 ? 1 : 0);
    broken_round(fault, tally);
  }
  CHECK(tally.uncertain == 0);
}

}  // namespace poller::outbound
