// A conversation with an IMAP server: commands under tags of our own go out, responses come in, with what the server
// volunteers kept in order. Commands are built above (sign_in, select, search, fetch, store, idle).
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/secret_mask.h"
#include "base/trace.h"
#include "lib/curl/transport.h"
#include "mailbox/imap/wire_reader.h"
#include "mailbox/imap/wire_response.h"
#include "mailbox/mailbox.h"

namespace poller::imap {

/// Gets the untagged responses that belong to a command.
using OnResponse = std::function<void(Response&)>;

class Session final : private Input {
 public:
  /// `mailbox` is the configured name, for the log.
  Session(TransportOptions options, const Deadlines& deadlines, std::string mailbox);
  ~Session() override;

  /// Connects, and returns when TLS stood (mailbox/open_steps.h). Nothing is said yet.
  SteadyTime connect(const OpenObserver& observer = nullptr);

  /// Sends a command without waiting, and returns its tag. `shown` is what the trace may show of it instead.
  std::string send(std::string_view command, std::string_view shown = {});
  /// The same, but the command leaves together with the next one that is sent.
  std::string send_with_next(std::string_view command);
  /// Sends a line that is no command: an answer to a continuation, DONE. Never traced but for `shown`.
  void send_line(std::string_view line, std::string_view shown);

  /// The next response that is not bookkeeping alone. EXISTS, EXPUNGE, untagged capabilities are noted before it is
  /// returned. Throws Error for BYE, and for words that end a session.
  Response next();
  /// Reads until `tag` is answered; everything untagged goes to `on_response`. A continuation is given there too.
  StatusLine wait(const std::string& tag, const OnResponse& on_response = nullptr);
  /// send() and wait().
  StatusLine run(std::string_view command, const OnResponse& on_response = nullptr);

  [[nodiscard]] bool can(const std::string& capability) const { return capabilities_.count(capability) != 0; }
  /// From words, upper case; replaces what was known.
  void set_capabilities(const std::vector<std::string>& words);
  void forget_capabilities() { capabilities_.clear(); }
  [[nodiscard]] bool knows_capabilities() const { return !capabilities_.empty(); }

  /// How many mails the open folder has, kept by the server's notices.
  [[nodiscard]] std::uint32_t exists() const { return exists_; }
  /// Whether mails have come since the last forget_news().
  [[nodiscard]] bool news() const { return news_; }
  void forget_news() { news_ = false; }
  void enter_folder();

  /// The deadline of what is awaited: a command's from now on, or some other time.
  void allow(std::chrono::milliseconds time);
  /// While bodies come, every 64 KB and every call of progress() renew the deadline by Deadlines::body_progress.
  void expect_bodies(bool yes);
  void progress();
  /// Called whenever bytes come while bodies are expected; empty: nobody.
  void on_body_bytes(std::function<void()> hook) { on_body_bytes_ = std::move(hook); }
  void set_body_limits(const BodyLimits& limits) { body_limits_ = limits; }

  /// Whether what the server wants to go on with is a challenge of the sign-in, which is not traced.
  void expect_challenges(bool yes) { challenges_ = yes; }
  /// Words of a server that must never be shown as they are: it may repeat what we sent.
  void hide(Secret secret) { mask_.hide(std::move(secret)); }
  [[nodiscard]] std::string masked(std::string text) const { return mask_.masked(std::move(text)); }

  /// Whether a whole response is there, without waiting.
  bool response_is_here() { return reader_.line_is_here(); }
  [[nodiscard]] const Transport& transport() const { return transport_; }
  [[nodiscard]] const std::string& mailbox() const { return mailbox_; }
  [[nodiscard]] const Deadlines& deadlines() const { return deadlines_; }
  [[nodiscard]] bool is_alive() const { return alive_ && transport_.is_open(); }
  void close() noexcept;

 private:
  std::string new_tag(std::string_view command, std::string_view shown);
  void transmit(const Secret& bytes);
  std::size_t read(char* into, std::size_t room) override;
  std::size_t read_now(char* into, std::size_t room) override;
  Response read_traced();
  void note(const Response& response);
  void take_status(const Response& response);
  [[noreturn]] void end_of_stream();

  std::string mailbox_;
  Trace trace_;
  Transport transport_;
  Deadlines deadlines_;
  Reader reader_;
  BodyLimits body_limits_;
  std::string tag_prefix_;  // random: a server, or whoever writes to it, cannot guess the next tag
  std::uint32_t tag_number_ = 0;
  std::string waiting_;  // commands for send_with_next()
  std::set<std::string> capabilities_;
  SecretMask mask_;
  std::uint32_t exists_ = 0;
  bool news_ = false;
  bool alive_ = false;
  bool bodies_ = false;
  bool challenges_ = false;
  std::uint64_t since_progress_ = 0;
  std::function<void()> on_body_bytes_;
  SteadyTime deadline_;
  std::string last_words_;  // of a stray line, for the case that the stream ends
};

}  // namespace poller::imap
