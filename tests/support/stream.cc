#include "stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace poller::support {
namespace {

constexpr ssize_t kAgain = -1, kEnd = 0;

// The result of a socket call in Stream's terms.
ssize_t outcome(ssize_t n) {
  if (n > 0) return n;
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? kAgain : kEnd;
}

ssize_t tls_outcome(SSL* tls, int n) {
  if (n > 0) return n;
  const int error = SSL_get_error(tls, n);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? kAgain : kEnd;
}

}  // namespace

TlsContext tls_server_context(const Certificate& certificate) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.cert.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), certificate.key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw std::runtime_error("cannot use " + certificate.cert.string());
  return context;
}

TlsContext tls_client_context() { return {SSL_CTX_new(TLS_client_method()), &SSL_CTX_free}; }

Stream::Stream(int socket, SSL_CTX* context, bool server_side) : socket_(socket) {
  ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  if (context == nullptr) return;
  tls_.reset(SSL_new(context));
  SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_fd(tls_.get(), socket_);
  server_side ? SSL_set_accept_state(tls_.get()) : SSL_set_connect_state(tls_.get());
}

Stream::~Stream() {
  if (socket_ >= 0) ::close(socket_);
}

bool Stream::receive(std::string& into) {
  std::array<char, 32768> buffer;
  for (;;) {
    const ssize_t n = tls_ ? tls_outcome(tls_.get(), SSL_read(tls_.get(), buffer.data(), buffer.size()))
                           : outcome(::recv(socket_, buffer.data(), buffer.size(), 0));
    if (n == kAgain) return true;
    if (n == kEnd) return false;
    into.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

bool Stream::send(std::string_view bytes) {
  queued_.append(bytes);
  return flush();
}

bool Stream::flush() {
  while (!queued_.empty()) {
    const ssize_t n =
        tls_ ? tls_outcome(tls_.get(), SSL_write(tls_.get(), queued_.data(), static_cast<int>(queued_.size())))
             : outcome(::send(socket_, queued_.data(), queued_.size(), MSG_NOSIGNAL));
    if (n == kAgain) return true;
    if (n == kEnd) return false;
    queued_.erase(0, static_cast<std::size_t>(n));
  }
  return true;
}

void Stream::finish() {
  for (int i = 0; i < 100 && flush() && wants_to_write(); ++i) {
    pollfd fd{socket_, POLLOUT, 0};
    ::poll(&fd, 1, 10);
  }
  if (tls_) SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
  // Closed with bytes unread, the connection would be reset, and what was written last might be lost on its way.
  std::array<char, 4096> unread{};
  for (int i = 0; i < 100; ++i) {
    pollfd fd{socket_, POLLIN, 0};
    if (::poll(&fd, 1, 10) > 0 && ::recv(socket_, unread.data(), unread.size(), 0) <= 0) return;
  }
}

void Stream::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
}

}  // namespace poller::support
