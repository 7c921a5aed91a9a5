// A conversation with a POP3 server: commands go out, answers come in the same order (RFC 1939). Commands are built
// above (sign_in, listing, fetch, pop3_mailbox).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/secret_mask.h"
#include "base/trace.h"
#include "lib/curl/transport.h"
#include "mailbox/mailbox.h"
#include "mailbox/pop3/wire.h"

namespace poller::pop3 {

class Session final : private Input {
 public:
  /// `mailbox` is the configured name, for the log.
  Session(TransportOptions options, const Deadlines& deadlines, std::string mailbox);
  ~Session() override;

  /// Connects, and returns when TLS stood (mailbox/open_steps.h). Nothing is said yet.
  SteadyTime connect(const OpenObserver& observer = nullptr);

  /// Sends a line without waiting. `shown` is what the trace may show of it instead.
  void send(std::string_view line, std::string_view shown = {});
  /// The next answer's first line. Throws Error for words that end a session.
  Reply reply();
  /// send() and reply().
  Reply ask(std::string_view command);
  /// What follows +OK.
  void lines(const std::function<void(std::string_view)>& each);
  std::uint64_t mail(std::uint64_t keep, std::string& into);
  /// Called whenever bytes of a mail come; empty: nobody.
  void on_mail_bytes(std::function<void()> hook) { on_mail_bytes_ = std::move(hook); }

  /// Asks CAPA (RFC 2449); a server without it has no capabilities.
  void learn_capabilities();
  [[nodiscard]] bool can(const std::string& capability) const { return capabilities_.count(capability) != 0; }
  /// "SASL PLAIN XOAUTH2": whether that mechanism is named.
  [[nodiscard]] bool offers(std::string_view mechanism) const;
  [[nodiscard]] bool knows_capabilities() const { return !capabilities_.empty(); }

  void hide(Secret secret) { mask_.hide(std::move(secret)); }
  [[nodiscard]] std::string masked(std::string text) const { return mask_.masked(std::move(text)); }

  /// The deadline of what is awaited: a command's from now on, or some other time.
  void allow(std::chrono::milliseconds time);
  [[nodiscard]] const Transport& transport() const { return transport_; }
  [[nodiscard]] const std::string& mailbox() const { return mailbox_; }
  [[nodiscard]] bool is_alive() const { return alive_ && transport_.is_open(); }
  void close() noexcept;

 private:
  std::size_t read(char* into, std::size_t room) override;
  template <class Reading>
  auto guarded(Reading&& reading);

  std::string mailbox_;
  Trace trace_;
  Transport transport_;
  Deadlines deadlines_;
  Reader reader_;
  std::map<std::string, std::vector<std::string>> capabilities_;  // upper case: name, arguments
  SecretMask mask_;
  bool alive_ = false;
  bool bodies_ = false;
  std::uint64_t since_progress_ = 0;
  std::function<void()> on_mail_bytes_;
  SteadyTime deadline_;
  std::string last_words_;
};

}  // namespace poller::pop3
