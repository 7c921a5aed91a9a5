// A network that cuts and resets at every byte of a session, and stalls, slices or delays once at every line of it: two
// passes later all mails are here, none twice. Sampled; POLLER_FULL=1 tries every byte and line.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>

#include "../support/filters.h"
#include "../support/proxy.h"
#include "in_process.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::Direction;
using poller::support::Fault;
using poller::support::FaultFilter;
using poller::support::LineFault;
using poller::support::LineFaultFilter;
using poller::support::Proxy;
using poller::support::ProxyOptions;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kShortDeadline{200};
constexpr std::chrono::seconds kPatience{20};  // no pass may take longer, whatever the network does
constexpr std::size_t kSamples = 12;           // of each kind of fault

// `in_full`: every so manyth.
std::size_t step_for(std::size_t count, std::size_t in_full = 1) {
  return std::getenv("POLLER_FULL") != nullptr ? in_full : std::max<std::size_t>(1, count / kSamples);
}

std::string short_mail(int number) {
  return fmt::format(
      "From: Ann <ann@example.org>\r\nTo: desk@example.test\r\nSubject: Question {0}\r\n"
      "Message-ID: <short-{0}@example.org>\r\nDate: Mon, 03 Jun 2024 08:00:00 +0000\r\n\r\n"
      "Line one of {0}.\r\n.A line with a dot.\r\n",
      number);
}

/// What one connection carries, unharmed.
struct Traffic {
  std::atomic<std::size_t> to_client{0}, to_server{0}, lines{0};
};

class MeasuringFilter final : public poller::support::Filter {
 public:
  explicit MeasuringFilter(Traffic& traffic) : traffic_(traffic) {}
  poller::support::Passage from_client(std::string_view bytes) override {
    traffic_.to_server += bytes.size();
    count_lines(bytes);
    return Filter::from_client(bytes);
  }
  poller::support::Passage from_server(std::string_view bytes) override {
    traffic_.to_client += bytes.size();
    count_lines(bytes);
    return Filter::from_server(bytes);
  }

 private:
  void count_lines(std::string_view bytes) {
    traffic_.lines += static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  }
  Traffic& traffic_;
};

/// A mailbox behind a proxy that harms the first connection after harm() and no other.
class HarmedMailbox {
 public:
  using Harm = std::function<std::unique_ptr<poller::support::Filter>()>;
  enum class Where { imap, imap_below_tls, pop3, token };

  explicit HarmedMailbox(Where where)
      : user_(new_user()),
        proxy_(options_of(where), [this](int) { return next_filter(); }),
        home_(home_options(where, user_, proxy_.port())) {
    if (where == Where::token) {
      lead_tokens_through_proxy();
    } else {
      dovecot().set_password(user_, "pw");
    }
    poller_.emplace(home_);
  }

  // Two mails come; a pass through the harmed connection, and no more than two others, bring them in.
  void try_with(const Harm& harm, std::optional<milliseconds> deadline, bool must_do) {
    for (int i = 0; i < 2; ++i) dovecot().deliver(user_, short_mail(++mails_));
    replace_harm(harm);
    const auto start = std::chrono::steady_clock::now();
    const auto failure = poller_->pass(deadline);
    CHECK(std::chrono::steady_clock::now() - start < kPatience);
    CHECK(!replace_harm(nullptr));  // it was done
    if (failure) ++failed_;
    const std::string said = failure ? failure->what() : "";
    if (must_do) CHECK_MESSAGE(!failure, said);
    if (failure) {
      const auto kind = failure->kind();
      CHECK_MESSAGE((kind == poller::ErrorKind::temporary || kind == poller::ErrorKind::unreachable), said);
      CHECK_FALSE(said.empty());
    }
    for (int pass = 0; pass < 2 && !all_is_well(); ++pass) {
      const auto again = poller_->pass();
      CHECK_MESSAGE(!again, (again ? again->what() : ""));
    }
    CHECK_MESSAGE(all_is_well(), said);
  }

  [[nodiscard]] int failed() const { return failed_; }  // passes
  /// Connections beyond one a try: where a pass itself asks again, its failures show here.
  [[nodiscard]] int asked_again() const { return proxy_.connections() - mails_ / 2; }

  [[nodiscard]] const Traffic& measured() {
    try_with([this] { return std::make_unique<MeasuringFilter>(traffic_); }, std::nullopt, true);
    return traffic_;
  }

 private:
  static ProxyOptions options_of(Where where) {
    ProxyOptions options;
    if (where == Where::imap_below_tls) options.server_port = dovecot().imaps_port();
    if (where == Where::token) options.server_port = oauth().port();
    if (where == Where::imap) options.server_port = dovecot().imap_port();
    if (where == Where::pop3) options.server_port = dovecot().pop3_port();
    if (where == Where::imap || where == Where::pop3) options.tls = dovecot().ca().server();
    return options;
  }

  static HomeOptions home_options(Where where, const std::string& user, std::uint16_t port) {
    auto options = options_for(user, where == Where::token ? 0 : port);
    options.after = "delete";
    if (where == Where::pop3) options.protocol = "pop3";
    if (where != Where::token) options.discovery.clear();
    return options;
  }

  // Entra's form: the endpoints follow from the authority.
  void lead_tokens_through_proxy() {
    auto text = poller::support::read_text(home_.path() / "poller.yaml");
    const std::string discovery = "discovery: " + oauth().discovery();
    auto authority = oauth().authority();
    const auto port = std::to_string(oauth().port());
    authority.replace(authority.rfind(port), port.size(), std::to_string(proxy_.port()));
    text.replace(text.find(discovery), discovery.size(),
                 fmt::format("authority: {}\n      tenant: {}", authority, poller::support::OAuthServer::kTenant));
    poller::support::write_text(home_.path() / "poller.yaml", text);
    home_.login(oauth().mint(user_).refresh_token);
  }

  std::unique_ptr<poller::support::Filter> next_filter() {
    const auto harm = replace_harm(nullptr);
    return harm ? harm() : std::make_unique<poller::support::Filter>();
  }

  Harm replace_harm(Harm harm) {
    const std::lock_guard lock(mutex_);
    return std::exchange(harm_, std::move(harm));
  }

  [[nodiscard]] bool all_is_well() const {
    return home_.count("SELECT count(*) FROM message_v1 WHERE direction = 'in'") == mails_ &&
           home_.count("SELECT count(DISTINCT message_id) FROM message_v1") == mails_ && dovecot().mails(user_).empty();
  }

  std::string user_;
  int mails_ = 0;
  int failed_ = 0;
  Traffic traffic_;
  std::mutex mutex_;  // guards harm_
  Harm harm_;         // of the next connection
  Proxy proxy_;
  Home home_;
  std::optional<InProcess> poller_;
};

void break_at_bytes(HarmedMailbox& mailbox, Direction direction, std::size_t bytes, std::size_t in_full = 1) {
  REQUIRE(bytes > 50);
  for (const auto kind : {Fault::Kind::cut, Fault::Kind::reset}) {
    for (std::size_t at = 0; at < bytes; at += step_for(bytes, in_full)) {
      CAPTURE(at);
      CAPTURE(static_cast<int>(direction));
      CAPTURE(static_cast<int>(kind));
      Fault fault;
      fault.kind = kind;
      fault.direction = direction;
      fault.at = at;
      mailbox.try_with([&] { return std::make_unique<FaultFilter>(fault); }, std::nullopt, false);
    }
  }
}

void hold_up_at_lines(HarmedMailbox& mailbox, std::size_t lines) {
  REQUIRE(lines > 3);
  for (std::size_t at = 0; at < lines; at += step_for(lines)) {
    CAPTURE(at);
    const auto harm = [&](LineFault fault) {
      return [at, fault] { return std::make_unique<LineFaultFilter>(at, fault); };
    };
    mailbox.try_with(harm(LineFault::stall), kShortDeadline, false);
    mailbox.try_with(harm(LineFault::slice), std::nullopt, true);
    mailbox.try_with(harm(LineFault::delay), std::nullopt, true);
  }
}

}  // namespace

TEST_CASE("IMAP, cut and reset at every byte") {
  HarmedMailbox mailbox(HarmedMailbox::Where::imap);
  const auto& session = mailbox.measured();
  MESSAGE("a session of ", session.to_client.load(), " and ", session.to_server.load(), " bytes");
  break_at_bytes(mailbox, Direction::to_client, session.to_client);
  break_at_bytes(mailbox, Direction::to_server, session.to_server);
  CHECK(mailbox.failed() > 10);
}

TEST_CASE("IMAP, cut and reset below TLS, between its records and within") {
  HarmedMailbox mailbox(HarmedMailbox::Where::imap_below_tls);
  // Most of these bytes are within a record, where a cut has the same effect whichever byte it is.
  break_at_bytes(mailbox, Direction::to_client, mailbox.measured().to_client, 8);
  CHECK(mailbox.failed() > 10);
}

TEST_CASE("POP3, cut and reset at every byte") {
  HarmedMailbox mailbox(HarmedMailbox::Where::pop3);
  const auto& session = mailbox.measured();
  MESSAGE("a session of ", session.to_client.load(), " and ", session.to_server.load(), " bytes");
  break_at_bytes(mailbox, Direction::to_client, session.to_client);
  break_at_bytes(mailbox, Direction::to_server, session.to_server);
  CHECK(mailbox.failed() > 10);
}

TEST_CASE("IMAP and POP3 held up at every line: stalled past a deadline of 200 ms, byte by byte, late once") {
  for (const auto where : {HarmedMailbox::Where::imap, HarmedMailbox::Where::pop3}) {
    CAPTURE(static_cast<int>(where));
    HarmedMailbox mailbox(where);
    hold_up_at_lines(mailbox, mailbox.measured().lines);
    CHECK(mailbox.failed() > 3);
  }
}

TEST_CASE("the token endpoint, cut, reset and held up everywhere") {
  oauth().set_reuse_detection(false);  // as Entra: a refresh token whose answer was lost goes on working
  HarmedMailbox mailbox(HarmedMailbox::Where::token);
  const auto& session = mailbox.measured();
  MESSAGE("a session of ", session.to_client.load(), " and ", session.to_server.load(), " bytes");
  break_at_bytes(mailbox, Direction::to_client, session.to_client);
  break_at_bytes(mailbox, Direction::to_server, session.to_server);
  hold_up_at_lines(mailbox, session.lines);
  CHECK(mailbox.asked_again() > 10);
  oauth().set_reuse_detection(true);
}
