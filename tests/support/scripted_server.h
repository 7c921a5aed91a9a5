// A server on loopback that says what a test's script says, TLS or plain: for answers that no real server gives.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "test_ca.h"

namespace poller::support {

/// The client has closed the connection; ends a script without being a failure.
struct ClientGone : std::runtime_error {
  ClientGone() : std::runtime_error("the client closed the connection") {}
};

struct ScriptedTls {
  Certificate certificate;
  bool at_once = true;  // else plain until Conversation::start_tls()
  bool only_tls_1_1 = false;
};

/// One connection, seen by the script. Every wait ends after 10 seconds, as a failure of the test.
class Conversation {
 public:
  Conversation(int socket, int number, SSL_CTX* context);
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  [[nodiscard]] int number() const { return number_; }  // of the connection, from 0
  void start_tls();
  void send(std::string_view bytes);
  void say(std::string_view line) { send(std::string(line) + "\r\n"); }
  /// The next line without its line end.
  std::string line();
  std::string bytes(std::size_t count);
  /// Reads until the client closes; true when it did so in time.
  bool wait_for_end(std::chrono::milliseconds time = std::chrono::seconds(10));
  void close();  // orderly
  void reset();  // TCP RST

 private:
  bool fill(std::chrono::milliseconds time);

  int socket_;
  int number_;
  SSL_CTX* context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, &SSL_free};
  std::string buffer_;
};

using Script = std::function<void(Conversation&)>;

class ScriptedServer {
 public:
  /// Every connection runs the script in a thread of its own.
  ScriptedServer(std::optional<ScriptedTls> tls, Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }
  /// Waits for all scripts, takes no further connection, and returns what went wrong in one; empty when all is well.
  std::string finish();

 private:
  void accept_all();
  void serve(int socket, int number);

  std::optional<ScriptedTls> tls_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  Script script_;
  int listener_;
  std::uint16_t port_;
  std::atomic<int> connections_{0};
  std::atomic<bool> over_{false};
  std::mutex mutex_;  // guards failure_
  std::string failure_;
  std::vector<std::thread> workers_;  // the acceptor's, until it has ended
  std::thread acceptor_;
};

}  // namespace poller::support
