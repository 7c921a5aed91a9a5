#include "lib/curl/transport.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "base/text.h"

namespace poller {
namespace {

// Before the hand-over a few lines are said; a server that says more is not listened to.
constexpr std::size_t kGreetingLines = 100;
constexpr std::size_t kGreetingLine = 4096;

// How often a wait looks whether the process is to end.
constexpr std::chrono::milliseconds kLook{1000};
std::atomic<SteadyTime> latest_end{SteadyTime::max()};

const char* scheme_of(MailProtocol protocol, bool starttls) {
  switch (protocol) {
    case MailProtocol::imap:
      return starttls ? "imap" : "imaps";
    case MailProtocol::pop3:
      return starttls ? "pop3" : "pop3s";
    case MailProtocol::smtp:
      return starttls ? "smtp" : "smtps";
  }
  return "imaps";
}

std::string connection_url(const TransportOptions& o) {
  const auto strange = [](char c) { return !(text::is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':'); };
  if (o.host.empty() || o.port == 0 || std::any_of(o.host.begin(), o.host.end(), strange)) {
    throw Error(ErrorKind::configuration,
                fmt::format("not a usable server: {}:{}", text::escape_controls(o.host), o.port),
                "server.host is a name or an address alone, server.port a number.");
  }
  const bool v6 = o.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}/{}", scheme_of(o.protocol, o.starttls), v6 ? "[" : "", o.host, v6 ? "]" : "",
                     o.port, o.ehlo);
}

// libcurl's progress callback: another value than 0 ends the attempt to connect.
int goes_on(void* /*user*/, curl_off_t /*down*/, curl_off_t /*got*/, curl_off_t /*up*/, curl_off_t /*sent*/) {
  return std::chrono::steady_clock::now() < latest_end.load() ? 0 : 1;
}

// A server that greets with a refusal: busy, or it does not want us.
bool refuses(const std::string& line) {
  return text::istarts_with(line, "* BYE") || text::istarts_with(line, "-ERR") ||
         (line.size() > 3 && (line[0] == '4' || line[0] == '5') && text::is_digit(line[1]));
}

}  // namespace

void end_waits_at(SteadyTime latest) noexcept { latest_end = latest; }

Transport::Transport(TransportOptions options)
    : options_(std::move(options)),
      peer_{options_.host, options_.port, options_.protocol == MailProtocol::smtp ? "smtp" : "server"} {}

std::size_t Transport::on_line(char* data, std::size_t size, std::size_t count, void* user) {
  auto& lines = static_cast<Transport*>(user)->lines_;
  const std::size_t n = size * count;
  if (lines.size() >= kGreetingLines) return 0;
  std::string_view line(data, std::min(n, kGreetingLine));
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  lines.emplace_back(line);
  return n;
}

void Transport::prepare() {
  const char* scheme = scheme_of(options_.protocol, options_.starttls);
  easy_ = std::make_unique<curl::Easy>(scheme);
  curl::Easy& easy = *easy_;
  easy.set(CURLOPT_URL, connection_url(options_).c_str());
  easy.set(CURLOPT_CONNECT_ONLY, 1L);  // FORBID_REUSE would close the connection before we have it
  easy.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  easy.trust(options_.ca_file);
  easy.use_proxy(options_.proxy);
  // Holds until libcurl hands over; CURLOPT_TIMEOUT would strike later too, in the middle of a session.
  easy.connect_within(options_.connect);
  easy.set(CURLOPT_TCP_KEEPALIVE, 1L);
  easy.set(CURLOPT_TCP_KEEPIDLE, 120L);
  easy.set(CURLOPT_TCP_KEEPINTVL, 30L);
  easy.set(CURLOPT_HEADERFUNCTION, &Transport::on_line);
  easy.set(CURLOPT_HEADERDATA, this);
  easy.set(CURLOPT_NOPROGRESS, 0L);
  easy.set(CURLOPT_XFERINFOFUNCTION, &goes_on);
  if (!options_.local_address.empty()) easy.set(CURLOPT_INTERFACE, ("host!" + options_.local_address).c_str());
}

void Transport::check_greeting() const {
  if (lines_.empty()) return;
  if (text::istarts_with(lines_.front(), "* PREAUTH")) {
    throw Error(ErrorKind::unreachable,
                fmt::format("{} greets us as signed in (PREAUTH), which is refused", peer_.name()),
                "No mail server on the internet does so honestly: check server.host and who is in between.");
  }
}

void Transport::open() {
  close();
  lines_.clear();
  tunnel_refused_ = false;
  prepare();
  begun_ = std::chrono::steady_clock::now();
  const CURLcode code = easy_->perform();
  check_greeting();
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    throw Error(ErrorKind::temporary, "the connection to " + peer_.name() + " was not waited for any longer");
  }
  if (code != CURLE_OK) {
    if (code == CURLE_WEIRD_SERVER_REPLY && !lines_.empty() && refuses(lines_.back())) {
      throw Error(ErrorKind::temporary, fmt::format("{} refuses the connection: {}", peer_.name(),
                                                    text::escape_controls(text::to_valid_utf8(lines_.back()))));
    }
    tunnel_refused_ = curl::is_proxy_failure(code, easy_->message());
    throw easy_->failure(code, peer_);
  }
  if (tls().version.empty()) throw Error(ErrorKind::ours, "libcurl handed over a connection without TLS");
  descriptor_ = easy_->info<curl_socket_t>(CURLINFO_ACTIVESOCKET);
  if (descriptor_ < 0) throw Error(ErrorKind::temporary, "the connection to " + peer_.name() + " is gone again");
}

const curl::Handshake& Transport::tls() const {
  static const curl::Handshake none;
  return easy_ ? easy_->handshake() : none;
}

std::optional<std::size_t> Transport::receive_now(char* into, std::size_t room) {
  if (!is_open()) throw Error(ErrorKind::temporary, "the connection to " + peer_.name() + " is closed");
  std::size_t got = 0;
  const CURLcode code = curl::library().curl_easy_recv(easy_->get(), into, room, &got);
  if (code == CURLE_AGAIN) return std::nullopt;
  if (code != CURLE_OK) throw easy_->failure(code, peer_);
  return got;
}

std::size_t Transport::receive(char* into, std::size_t room, SteadyTime deadline) {
  for (;;) {
    if (const auto got = receive_now(into, room)) return *got;
    wait_for(POLLIN, deadline);
  }
}

void Transport::send(std::string_view bytes, SteadyTime deadline) {
  if (!is_open()) throw Error(ErrorKind::temporary, "the connection to " + peer_.name() + " is closed");
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl::library().curl_easy_send(easy_->get(), bytes.data(), bytes.size(), &sent);
    if (code == CURLE_AGAIN) {
      wait_for(POLLOUT, deadline);
      continue;
    }
    if (code != CURLE_OK) throw easy_->failure(code, peer_);
    bytes.remove_prefix(sent);
  }
}

const short Transport::kRead = POLLIN;

bool Transport::poll_for(short events, SteadyTime deadline) const {
  for (;;) {
    const SteadyTime end = std::min(deadline, latest_end.load());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd fd{descriptor_, events, 0};
    const int ready = left.count() > 0 ? poll(&fd, 1, static_cast<int>(std::min(left, kLook).count())) : 0;
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) throw Error(ErrorKind::ours, "poll() failed");
    if (std::chrono::steady_clock::now() >= end) return false;
  }
}

void Transport::wait_for(short events, SteadyTime deadline) const {
  if (poll_for(events, deadline)) return;
  throw Error(ErrorKind::temporary, fmt::format("{} did not answer in time", peer_.name()));
}

std::chrono::microseconds Transport::connected_after() const {
  if (tunnel_refused_) return {};  // the connection that stood was the one to the proxy
  const std::chrono::microseconds told(easy_ ? easy_->info<curl_off_t>(CURLINFO_CONNECT_TIME_T) : 0);
  // libcurl tells of a connection only once TLS stands too.
  if (told.count() > 0 || tls().begun <= begun_) return told;
  return std::chrono::duration_cast<std::chrono::microseconds>(tls().begun - begun_);
}

std::chrono::microseconds Transport::tls_after() const {
  return std::chrono::microseconds(easy_ ? easy_->info<curl_off_t>(CURLINFO_APPCONNECT_TIME_T) : 0);
}

void Transport::close() noexcept {
  descriptor_ = -1;
  easy_.reset();
}

}  // namespace poller
