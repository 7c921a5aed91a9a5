// One end of a proxied connection: a socket, with TLS or without, never blocking.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "test_ca.h"

namespace poller::support {

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

TlsContext tls_server_context(const Certificate& certificate);
TlsContext tls_client_context();

class Stream {
 public:
  /// Takes the socket. `context` null: plain. The handshake goes on inside receive() and flush().
  Stream(int socket, SSL_CTX* context, bool server_side);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] int socket() const { return socket_; }
  /// What has arrived, appended to `into`; false at the end of the stream.
  bool receive(std::string& into);
  /// Queues and writes as much as goes now; false when the other side is gone.
  bool send(std::string_view bytes);
  bool flush();
  [[nodiscard]] bool wants_to_write() const { return !queued_.empty(); }
  void finish();  // writes all (waiting a second at most) and says goodbye
  void reset();   // TCP RST

 private:
  int socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, &SSL_free};
  std::string queued_;
};

}  // namespace poller::support
