// Mail handed to an SMTP server (RFC 5321) by libcurl's own implementation, several mails on one connection, with what
// is needed to know how each ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "base/secret.h"
#include "lib/curl/easy.h"
#include "lib/curl/smtp_trace.h"

namespace poller {

struct SmtpOptions {
  std::string mailbox;  // the configured name, for the log
  std::string host;
  std::uint16_t port = 0;
  bool implicit_tls = false;  // else STARTTLS, which the server must offer
  std::string ca_file;
  std::string proxy;
  std::string ehlo;
  std::string user;       // empty: no sign-in
  bool use_token = true;  // the secret is an access token (XOAUTH2), else a password
  Deadlines deadlines;
};

struct SmtpEnvelope {
  std::string sender;  // empty: the null sender
  std::vector<std::string> recipients;
};

/// How far a mail came. The server's answer to `end` is the answer to the mail.
enum class SmtpStage { connect, sign_in, sender, recipients, data, end };

struct SmtpRefusedRecipient {
  std::string address;
  std::string reply;  // all lines
};

struct SmtpAnswer {
  bool accepted = false;  // by a 2xx reply to the mail's end
  SmtpStage stage = SmtpStage::connect;
  bool end_reached = false;                   // the mail's end may have been on the wire
  bool answered = false;                      // the server's last reply was a whole one
  std::string reply;                          // that reply, all lines; empty: none
  std::vector<SmtpRefusedRecipient> refused;  // others were accepted where `accepted`
  bool reused_connection = false;
  bool no_sign_in_offered = false;  // by a server that was to be signed in to: nothing was sent
  std::optional<Error> failure;     // of the connection, or of `before_end`
};

/// Called when all but the mail's end is out, with the recipients that the server has refused.
using SmtpBeforeEnd = std::function<void(const std::vector<SmtpRefusedRecipient>&)>;

/// One server, one user, one easy handle whose TLS options never change: nothing is shared with another connection.
class SmtpConnection {
 public:
  explicit SmtpConnection(const SmtpOptions& options);

  /// `mail` has CRLF line ends and ends in one; dots are stuffed here. `before_end` is called once, when all but the
  /// last two octets have been taken over by libcurl; when it throws, the mail's end is never sent.
  /// Throws Error(permanent) for an address that holds what no envelope may hold.
  SmtpAnswer send(const SmtpEnvelope& envelope, std::string_view mail, const Secret& secret,
                  const SmtpBeforeEnd& before_end);
  /// The next mail goes over a new connection.
  void drop_connection() { fresh_ = true; }

 private:
  struct Exchange;
  static int on_trace(CURL* handle, curl_infotype type, char* data, std::size_t size, void* user);
  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* user);
  static int before_request(void* user, char* ip, char* own_ip, int port, int own_port);
  static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* user);
  [[nodiscard]] Error failure_of(CURLcode code, const SmtpAnswer& answer) const;
  void connect_anew();
  void sign_in_with(const Secret& secret);

  SmtpOptions options_;
  curl::Peer peer_;
  std::unique_ptr<curl::Easy> easy_;
  SmtpTrace trace_;
  Secret last_secret_;
  bool fresh_ = true;
};

}  // namespace poller
