// A TLS connection to a mail server that libcurl made: name look-up, proxy, TLS or STARTTLS, certificate check. Then
// the protocol is ours (CURLOPT_CONNECT_ONLY without a user name: libcurl stops before it would sign in).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/curl/easy.h"
#include "lib/curl/handshake.h"

namespace poller {

enum class MailProtocol { imap, pop3, smtp };

struct TransportOptions {
  MailProtocol protocol = MailProtocol::imap;
  std::string host;
  std::uint16_t port = 0;
  bool starttls = false;  // else TLS from the first byte; there is no third way
  std::string ca_file;    // trusted beside the system's certificates; empty for none
  std::string proxy;      // URL; empty: what the environment says
  std::chrono::milliseconds connect{30'000};
  std::string ehlo;           // smtp: the name we give
  std::string local_address;  // to connect from; empty: any
};

using SteadyTime = std::chrono::steady_clock::time_point;

/// The process is to end: no wait of any connection lasts longer than until then. Safe from any thread.
void end_waits_at(SteadyTime latest) noexcept;

/// Used by one thread at a time. Every wait ends at a deadline, with Error(temporary).
class Transport {
 public:
  explicit Transport(TransportOptions options);

  /// Throws Error (lib/curl/failure.h). A greeting that claims we are signed in already (PREAUTH) is refused: nobody
  /// has proved anything then, and before STARTTLS anybody could have sent it.
  void open();

  /// The server's lines up to the hand-over, without line ends, the greeting first. Of those sent before STARTTLS none
  /// may be believed. Bytes that came behind the last of them are lost, so a session begins with a command of its own
  /// and drops what stands before the answer.
  [[nodiscard]] const std::vector<std::string>& greeting() const noexcept { return lines_; }
  [[nodiscard]] const curl::Handshake& tls() const;
  /// How long the last open() took until TCP stood (a proxy's tunnel included) and until TLS stood; 0 for what it did
  /// not reach.
  [[nodiscard]] std::chrono::microseconds connected_after() const;
  [[nodiscard]] std::chrono::microseconds tls_after() const;
  /// Whether TLS stood at the last open(), the certificate found good; what came behind it may have failed.
  [[nodiscard]] bool tls_stands() const { return tls_after().count() > 0; }
  [[nodiscard]] const curl::Peer& peer() const noexcept { return peer_; }

  /// Reads at least one byte and at most `room`; 0 is the end of the stream.
  std::size_t receive(char* into, std::size_t room, SteadyTime deadline);
  /// What is there already; nothing when a read would have to wait.
  std::optional<std::size_t> receive_now(char* into, std::size_t room);
  /// Waits until there is something to read; false at the deadline. For use after receive_now() has returned nothing.
  bool readable(SteadyTime deadline) const { return poll_for(kRead, deadline); }
  /// All of it. The caller announces the effect (step()).
  void send(std::string_view bytes, SteadyTime deadline);
  /// To poll for reading, but only after receive_now() has returned nothing: TLS may hold bytes that poll cannot see.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  /// Closes the connection without a word. Safe twice.
  void close() noexcept;

 private:
  static std::size_t on_line(char* data, std::size_t size, std::size_t count, void* user);
  void prepare();
  void check_greeting() const;
  static const short kRead;
  [[nodiscard]] bool poll_for(short events, SteadyTime deadline) const;
  void wait_for(short events, SteadyTime deadline) const;

  TransportOptions options_;
  curl::Peer peer_;
  std::unique_ptr<curl::Easy> easy_;
  std::vector<std::string> lines_;
  int descriptor_ = -1;
  SteadyTime begun_;             // of the last open()
  bool tunnel_refused_ = false;  // by the proxy, at the last open()
};

}  // namespace poller
