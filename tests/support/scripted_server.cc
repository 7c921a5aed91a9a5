#include "scripted_server.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "net.h"

namespace poller::support {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

bool wait_for_socket(int socket, short events, std::chrono::milliseconds time) {
  pollfd fd{socket, events, 0};
  return ::poll(&fd, 1, static_cast<int>(time.count())) > 0;
}

std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> scripted_context(const ScriptedTls& tls) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), tls.certificate.cert.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), tls.certificate.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("cannot use " + tls.certificate.cert.string());
  }
  if (tls.only_tls_1_1) {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
    SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
  }
  return context;
}

}  // namespace

Conversation::Conversation(int socket, int number, SSL_CTX* context)
    : socket_(socket), number_(number), context_(context) {
  const timeval patience{std::chrono::duration_cast<std::chrono::seconds>(kPatience).count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

Conversation::~Conversation() { close(); }

void Conversation::start_tls() {
  tls_.reset(SSL_new(context_));
  SSL_set_fd(tls_.get(), socket_);
  if (SSL_accept(tls_.get()) != 1) throw ClientGone();  // it does not like our certificate, or our version
}

void Conversation::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = 0;
    if (tls_) {
      n = SSL_write(tls_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
    } else {
      n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    if (n <= 0) throw ClientGone();
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool Conversation::fill(std::chrono::milliseconds time) {
  if (socket_ < 0) throw ClientGone();
  if (!(tls_ && SSL_pending(tls_.get()) > 0) && !wait_for_socket(socket_, POLLIN, time)) return false;
  std::array<char, 16384> piece;
  const ssize_t n =
      tls_ ? SSL_read(tls_.get(), piece.data(), piece.size()) : ::recv(socket_, piece.data(), piece.size(), 0);
  if (n <= 0) throw ClientGone();
  buffer_.append(piece.data(), static_cast<std::size_t>(n));
  return true;
}

std::string Conversation::line() {
  for (;;) {
    const auto end = buffer_.find('\n');
    if (end == std::string::npos) {
      if (!fill(kPatience)) throw std::runtime_error("the client says nothing (so far: " + buffer_ + ")");
      continue;
    }
    std::string out = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (!out.empty() && out.back() == '\r') out.pop_back();
    return out;
  }
}

std::string Conversation::bytes(std::size_t count) {
  while (buffer_.size() < count) {
    if (!fill(kPatience)) throw std::runtime_error("the client sends too little");
  }
  std::string out = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return out;
}

bool Conversation::wait_for_end(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  try {
    while (std::chrono::steady_clock::now() < until) fill(std::chrono::milliseconds(20));
  } catch (const ClientGone&) {
    return true;
  }
  return false;
}

void Conversation::close() {
  if (socket_ < 0) return;
  if (tls_ && SSL_is_init_finished(tls_.get()) != 0) SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
  ::close(socket_);
  socket_ = -1;
}

void Conversation::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
}

ScriptedServer::ScriptedServer(std::optional<ScriptedTls> tls, Script script)
    : tls_(std::move(tls)), script_(std::move(script)), listener_(listen_on(0)), port_(port_of(listener_)) {
  if (tls_) context_ = scripted_context(*tls_);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() { finish(); }

void ScriptedServer::accept_all() {
  while (!over_) {
    if (!wait_for_socket(listener_, POLLIN, std::chrono::milliseconds(20))) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    workers_.emplace_back([this, socket, number = connections_++] { serve(socket, number); });
  }
  for (auto& worker : workers_) worker.join();
}

void ScriptedServer::serve(int socket, int number) {
  // OpenSSL writes without MSG_NOSIGNAL. For this thread alone: that the client survives a broken pipe is under test.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  Conversation conversation(socket, number, context_.get());
  try {
    if (tls_ && tls_->at_once) conversation.start_tls();
    script_(conversation);
  } catch (const ClientGone&) {
  } catch (const std::exception& error) {
    const std::scoped_lock lock(mutex_);
    if (failure_.empty()) failure_ = error.what();
  }
}

std::string ScriptedServer::finish() {
  over_ = true;
  if (acceptor_.joinable()) {
    acceptor_.join();
    ::close(listener_);
  }
  const std::scoped_lock lock(mutex_);
  return failure_;
}

}  // namespace poller::support
