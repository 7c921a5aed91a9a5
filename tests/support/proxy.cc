#include "proxy.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "net.h"
#include "stream.h"

namespace poller::support {
namespace {

constexpr int kTick = 20;  // ms between looks at whether the proxy is over

// One connection, from accept to end.
class Relay {
 public:
  Relay(Stream& client, Stream& server, Filter& filter, const std::atomic<bool>& over)
      : client_(client), server_(server), filter_(filter), over_(over) {}

  void run() {
    while (!over_ && step()) {
    }
    if (fate_ == Fate::close) client_.finish();
    if (fate_ == Fate::reset) client_.reset();
    if (fate_ == Fate::stall) stand_still();
  }

 private:
  // Until the client has had enough of it.
  void stand_still() {
    std::string unread;
    while (!over_ && client_.flush() && client_.receive(unread)) ::poll(nullptr, 0, kTick);
  }

  bool step() {
    wait();
    std::string from_client, from_server;
    const bool client_lives = client_.receive(from_client);
    const bool server_lives = server_.receive(from_server);
    if (!from_client.empty() && !pass(filter_.from_client(from_client))) return false;
    if (!from_server.empty() && !pass(filter_.from_server(from_server))) return false;
    if (!server_lives) fate_ = Fate::close;
    return client_lives && server_lives && client_.flush() && server_.flush();
  }

  bool pass(const Passage& passage) {
    const bool written = write(client_, passage.to_client, passage) && write(server_, passage.to_server, passage);
    fate_ = passage.fate;
    return written && fate_ == Fate::go_on;
  }

  bool write(Stream& stream, std::string_view bytes, const Passage& passage) {
    if (passage.slice == 0) return stream.send(bytes);
    for (; !bytes.empty() && !over_; bytes.remove_prefix(std::min(passage.slice, bytes.size()))) {
      std::this_thread::sleep_for(passage.pause);
      if (!stream.send(bytes.substr(0, passage.slice))) return false;
    }
    return true;
  }

  void wait() {
    const auto events = [](const Stream& s) {
      return static_cast<short>(s.wants_to_write() ? POLLIN | POLLOUT : POLLIN);
    };
    std::array<pollfd, 2> fds{{{client_.socket(), events(client_), 0}, {server_.socket(), events(server_), 0}}};
    ::poll(fds.data(), fds.size(), kTick);
  }

  Stream& client_;
  Stream& server_;
  Filter& filter_;
  const std::atomic<bool>& over_;
  Fate fate_ = Fate::go_on;
};

}  // namespace

Proxy::Proxy(const ProxyOptions& options, FilterMaker maker) : options_(options), maker_(std::move(maker)) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets whose other side is gone
  listener_ = listen_on(0);
  port_ = port_of(listener_);
  acceptor_ = std::thread([this] { accept_all(); });
}

Proxy::~Proxy() {
  over_ = true;
  acceptor_.join();
  for (auto& worker : workers_) worker.join();
  ::close(listener_);
}

void Proxy::accept_all() {
  while (!over_) {
    pollfd fd{listener_, POLLIN, 0};
    if (::poll(&fd, 1, kTick) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const int number = connections_++;
    workers_.emplace_back([this, socket, number] {
      const auto filter = maker_(number);
      const auto client_tls = options_.tls ? tls_server_context(*options_.tls) : TlsContext(nullptr, &SSL_CTX_free);
      const auto server_tls = options_.server_tls ? tls_client_context() : TlsContext(nullptr, &SSL_CTX_free);
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Stream client(socket, client_tls.get(), true);
      const int upstream = connect_to(options_.server_port);
      if (upstream < 0) return;
      Stream server(upstream, server_tls.get(), false);
      Relay(client, server, *filter, over_).run();
    });
  }
}

}  // namespace poller::support
