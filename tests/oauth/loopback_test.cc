// Whoever knocks on the sign-in's loopback port: the browser gets in, everybody else is sent away.
#include "oauth/loopback.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <string>
#include <thread>

namespace poller::oauth {
namespace {

using std::chrono::milliseconds;

int knock(std::uint16_t port, int family = AF_INET) {
  const int fd = ::socket(family, SOCK_STREAM, 0);
  sockaddr_in6 six{};
  sockaddr_in four{};
  six.sin6_family = AF_INET6;
  six.sin6_port = four.sin_port = htons(port);
  six.sin6_addr = in6addr_loopback;
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool v6 = family == AF_INET6;
  const auto* address = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
  REQUIRE(::connect(fd, address, v6 ? sizeof six : sizeof four) == 0);
  return fd;
}

// What comes until the other side closes, for at most five seconds.
std::string listen_to(int fd) {
  std::string all;
  for (;;) {
    pollfd p{fd, POLLIN, 0};
    if (::poll(&p, 1, 5000) <= 0) break;
    char piece[4096];
    const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
    if (n <= 0) break;
    all.append(piece, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return all;
}

bool say(int fd, std::string_view bytes) {
  return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

// A listener that waits for the state "the-state", in a thread of its own.
class Door {
 public:
  explicit Door(milliseconds patience = milliseconds(20'000), int paste = -1) {
    waiting_.state = "the-state";
    waiting_.timeout = patience;
    waiting_.paste = paste;
    waiting_.refuse = [this](const char* why) { refused += why; };
    arrival_ = std::async(std::launch::async, [this] { return listener_.wait(waiting_); });
  }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  [[nodiscard]] std::string request(const std::string& line, const std::string& host = "localhost") const {
    return fmt::format("{} HTTP/1.1\r\nHost: {}:{}\r\nAccept: */*\r\n\r\n", line, host, port());
  }
  std::string ask(const std::string& line, const std::string& host = "localhost", int family = AF_INET) const {
    const int fd = knock(port(), family);
    say(fd, request(line, host));
    return listen_to(fd);
  }
  [[nodiscard]] bool still_waits() const { return arrival_.wait_for(milliseconds(0)) == std::future_status::timeout; }
  std::optional<Arrival> arrived() { return arrival_.get(); }
  // The right browser comes; true when it is taken as such and gets its page.
  bool lets_the_browser_in(int family = AF_INET) {
    const int fd = knock(port(), family);
    say(fd, request("GET /?code=the-code&state=the-state&session_state=x"));
    auto arrival = arrived();
    if (!arrival || arrival->answer.code.reveal() != "the-code") return false;
    arrival->browser.show(true, "Signed in", "You can close this <window>.");
    const std::string page = listen_to(fd);
    return page.find("200 OK") != std::string::npos && page.find("&lt;window&gt;") != std::string::npos;
  }

  std::string refused;

 private:
  LoopbackListener listener_{LoopbackRedirect::parse("http://localhost")};
  LoopbackListener::Waiting waiting_;
  mutable std::future<std::optional<Arrival>> arrival_;
};

std::string status_of(const std::string& answer) { return answer.substr(0, answer.find('\r')); }

}  // namespace

TEST_CASE("the browser may come by 127.0.0.1 or by ::1, on the same port") {
  CHECK(Door().lets_the_browser_in(AF_INET));
  const int probe = ::socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_addr = in6addr_loopback;
  const bool v6 = probe >= 0 && ::bind(probe, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0;
  if (probe >= 0) ::close(probe);
  if (v6) CHECK(Door().lets_the_browser_in(AF_INET6));
}

TEST_CASE("wrong path, state, method, host or no request at all: refused, and the waiting goes on") {
  Door door;
  CHECK(status_of(door.ask("GET /favicon.ico")) == "HTTP/1.1 404 Not Found");
  CHECK(status_of(door.ask("GET /elsewhere?code=the-code&state=the-state")) == "HTTP/1.1 404 Not Found");
  CHECK(status_of(door.ask("GET /?code=evil&state=another")) == "HTTP/1.1 400 Bad Request");
  CHECK(status_of(door.ask("GET /?code=evil")) == "HTTP/1.1 400 Bad Request");
  CHECK(status_of(door.ask("GET /?code=a&code=b&state=the-state")) == "HTTP/1.1 400 Bad Request");
  CHECK(status_of(door.ask("GET /")) == "HTTP/1.1 400 Bad Request");
  CHECK(status_of(door.ask("POST /?code=the-code&state=the-state")) == "HTTP/1.1 405 Method Not Allowed");
  CHECK(status_of(door.ask("GET /?code=the-code&state=the-state", "rebound.example.net")) ==
        "HTTP/1.1 421 Misdirected Request");
  CHECK(status_of(door.ask("\x16\x03\x01 hello")) == "HTTP/1.1 405 Method Not Allowed");
  CHECK(status_of(door.ask("GET /?code=the-code&state=the-state\r\nX:")) == "HTTP/1.1 400 Bad Request");
  const std::string page = door.ask("GET /?error=x%3Cscript%3E&state=nobody");
  CHECK(page.find("<script>") == std::string::npos);
  CHECK(page.find("Content-Security-Policy: default-src 'none'") != std::string::npos);
  CHECK(door.still_waits());
  CHECK(door.lets_the_browser_in());
}

TEST_CASE("ten megabytes of request are not listened to") {
  Door door;
  const int fd = knock(door.port());
  say(fd, "GET /?code=");
  const std::string piece(64 * 1024, 'a');
  std::size_t sent = 0;
  while (sent < 10'000'000 && say(fd, piece)) sent += piece.size();
  CHECK(sent < 10'000'000);
  ::close(fd);
  CHECK(door.lets_the_browser_in());
}

TEST_CASE("slow and silent guests do not keep the browser out, and are sent away") {
  Door door;
  std::vector<int> guests;
  for (int i = 0; i < 100; ++i) guests.push_back(knock(door.port()));
  const int slow = knock(door.port());
  say(slow, "GET /?co");
  const int dribble = knock(door.port());
  for (int i = 0; i < 5; ++i) {
    say(dribble, "x");
    std::this_thread::sleep_for(milliseconds(20));
  }
  CHECK(door.lets_the_browser_in());
  for (const int fd : guests) ::close(fd);
  ::close(slow);
  ::close(dribble);
  Door patient;
  const int silent = knock(patient.port());
  const auto begin = std::chrono::steady_clock::now();
  std::thread drip([&] {
    for (int i = 0; i < 70 && say(silent, "G"); ++i) std::this_thread::sleep_for(milliseconds(100));
  });
  pollfd p{silent, POLLIN, 0};
  CHECK(::poll(&p, 1, 8000) == 1);  // closed although it never stopped talking
  CHECK(std::chrono::steady_clock::now() - begin < milliseconds(7500));
  drip.join();
  ::close(silent);
  CHECK(patient.lets_the_browser_in());
}

TEST_CASE("nobody comes: the waiting ends at its time") {
  const auto begin = std::chrono::steady_clock::now();
  Door door(milliseconds(300));
  const int silent = knock(door.port());
  CHECK_FALSE(door.arrived().has_value());
  CHECK(std::chrono::steady_clock::now() - begin < milliseconds(2000));
  ::close(silent);
}

TEST_CASE("an address that is pasted counts as the browser's, one of another sign-in does not") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Door door(milliseconds(20'000), ends[0]);
  const auto paste = [&](const std::string& line) {
    CHECK(::write(ends[1], line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    std::this_thread::sleep_for(milliseconds(100));
  };
  paste("what shall I do?\n");
  CHECK(door.refused.find("not the address") != std::string::npos);
  paste(fmt::format("http://localhost:{}/?code=x&state=another\n", door.port()));
  CHECK(door.refused.find("another sign-in") != std::string::npos);
  CHECK(door.still_waits());
  paste(fmt::format("  \"http://localhost:{}/?code=pasted%2Bcode&state=the-state#_=_\"\r\n", door.port()));
  const auto arrival = door.arrived();
  REQUIRE(arrival.has_value());
  CHECK(arrival->answer.code.reveal() == "pasted+code");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("an address that is pasted in two or three lines is put together, wherever it is broken") {
  for (const char* first : {"?", "?code=past", "?code=pasted", "?code=pasted&", "?code=pasted&state=the-"}) {
    CAPTURE(first);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    Door door(milliseconds(20'000), ends[0]);
    const std::string whole =
        fmt::format("http://localhost:{}/?code=pasted&state=the-state&session_state=x", door.port());
    const std::size_t at = whole.find('?') + std::string_view(first).size();
    const std::string lines = "http://localhost:1/?code=older\n" + whole.substr(0, at) + "\n" + whole.substr(at) + "\n";
    CHECK(::write(ends[1], lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    ::close(ends[1]);
    const auto arrival = door.arrived();
    REQUIRE(arrival.has_value());
    CHECK(arrival->answer.code.reveal() == "pasted");
    CHECK(door.refused.find("a part of the address only") != std::string::npos);
    CHECK(door.refused.find("another sign-in") == std::string::npos);
    ::close(ends[0]);
  }
}

TEST_CASE("the redirect is one on loopback, and its port stays where it is registered with one") {
  CHECK(LoopbackRedirect::parse("http://localhost").with_port(8400) == "http://localhost:8400");
  CHECK(LoopbackRedirect::parse("http://127.0.0.1:8400/done").port == 8400);
  CHECK(LoopbackRedirect::parse("http://localhost/done").with_port(1) == "http://localhost:1/done");
  for (const char* bad : {"https://localhost", "http://contoso.com", "http://localhost?x=1", "http://localhost:0",
                          "http://localhost:99999", "http://user@localhost", "localhost"}) {
    CAPTURE(bad);
    CHECK_THROWS(LoopbackRedirect::parse(bad));
  }
}

}  // namespace poller::oauth
