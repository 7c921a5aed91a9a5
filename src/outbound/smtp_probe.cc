#include "outbound/smtp_probe.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/secret_mask.h"
#include "base/text.h"
#include "base/trace.h"
#include "lib/curl/transport.h"
#include "mailbox/open_steps.h"
#include "outbound/smtp_advice.h"

namespace poller::outbound {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kLongestReplyLine = 4096;  // RFC 5321 section 4.5.3.1.5 says 512
constexpr std::size_t kMostReplyLines = 100;
constexpr std::chrono::milliseconds kFarewell{2000};

TransportOptions smtp_server(const config::Mailbox& mailbox, const Deadlines& deadlines, const std::string& proxy) {
  TransportOptions out;
  out.protocol = MailProtocol::smtp;
  out.host = mailbox.smtp->server.host;
  out.port = mailbox.smtp->server.port;
  out.starttls = mailbox.smtp->server.tls == config::Tls::starttls;
  out.ca_file = mailbox.smtp->server.ca_file.string();
  out.proxy = proxy;
  out.connect = deadlines.connect;
  out.ehlo = mailbox.smtp->ehlo;
  return out;
}

// Commands and replies on an open connection.
class Dialogue {
 public:
  Dialogue(Transport& transport, std::chrono::milliseconds patience, const std::string& mailbox)
      : transport_(transport), patience_(patience), trace_("smtp", mailbox) {}

  void hide(Secret secret) { mask_.hide(std::move(secret)); }

  /// `shown` stands in the trace instead of a line with a secret.
  SmtpReply ask(std::string_view line, std::string_view shown = {}) {
    const auto deadline = SteadyClock::now() + patience_;
    trace_.sent(shown.empty() ? line : shown);
    const Secret whole(std::string(line) + "\r\n");
    transport_.send(whole.reveal(), deadline);
    last_lines_.clear();
    while (last_lines_.size() < kMostReplyLines) {
      last_lines_.push_back(mask_.masked(read_line(deadline)));
      const bool challenge = last_lines_.back().starts_with("334 ") && last_lines_.back().size() > 4;
      trace_.received(challenge ? "334 ****" : last_lines_.back());
      if (last_lines_.back().size() < 4 || last_lines_.back()[3] != '-') break;
    }
    return read_smtp_reply(fmt::format("{}", fmt::join(last_lines_, "\n")));
  }

  /// The lines of the last reply.
  [[nodiscard]] const std::vector<std::string>& last_lines() const { return last_lines_; }
  void be_brief() { patience_ = kFarewell; }

 private:
  std::string read_line(SteadyClock::time_point deadline) {
    for (;;) {
      if (const auto end = buffer_.find('\n'); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (!line.empty() && line.back() == '\r') line.pop_back();
        return line;
      }
      if (buffer_.size() > kLongestReplyLine) {
        throw Error(ErrorKind::temporary, transport_.peer().name() + " sends a line that does not end");
      }
      char piece[1024];
      const std::size_t got = transport_.receive(piece, sizeof piece, deadline);
      if (got == 0) throw Error(ErrorKind::temporary, transport_.peer().name() + " closed the connection");
      buffer_.append(piece, got);
    }
  }

  Transport& transport_;
  std::chrono::milliseconds patience_;
  Trace trace_;
  SecretMask mask_;
  std::string buffer_;
  std::vector<std::string> last_lines_;
};

// The mechanisms of the EHLO answer (RFC 4954 section 3), " XOAUTH2 PLAIN " in upper case.
std::string mechanisms(Dialogue& dialogue, const std::string& ehlo) {
  const SmtpReply reply = dialogue.ask("EHLO " + (ehlo.empty() ? "localhost" : ehlo));
  if (reply.code != 250) throw smtp_refusal(reply, "our greeting", {});
  std::string out;
  for (const std::string& line : dialogue.last_lines()) {
    if (line.size() > 8 && text::istarts_with(std::string_view(line).substr(4), "AUTH")) out = line.substr(8) + " ";
  }
  std::transform(out.begin(), out.end(), out.begin(), text::upper);
  return out;
}

bool offers(const std::string& mechanisms, const char* name) {
  return mechanisms.find(fmt::format(" {} ", name)) != std::string::npos ||
         mechanisms.find(fmt::format("={} ", name)) != std::string::npos;
}

Secret encoded_response(std::string plain) {
  Secret out(text::base64(plain));
  Secret::wipe(plain);
  return out;
}

// AUTH in two steps, for a token may be longer than a command line (RFC 4954 section 4).
SmtpReply authenticate(Dialogue& dialogue, const std::string& mechanism, const Secret& response,
                       const std::string& answer_to_error) {
  dialogue.hide(response);
  SmtpReply reply = dialogue.ask("AUTH " + mechanism);
  if (reply.code != 334) return reply;
  reply = dialogue.ask(response.reveal(), "****");
  if (reply.code == 334) reply = dialogue.ask(answer_to_error, "(empty answer)");  // RFC 7628 section 3.2.3
  return reply;
}

SmtpReply with_token(Dialogue& dialogue, const std::string& offered, const curl::Peer& peer, const std::string& user,
                     const Secret& token) {
  const std::string bearer = "auth=Bearer " + std::string(token.reveal()) + "\x01\x01";
  if (offers(offered, "XOAUTH2")) {
    return authenticate(dialogue, "XOAUTH2", encoded_response("user=" + user + "\x01" + bearer), "");
  }
  if (offers(offered, "OAUTHBEARER")) {
    return authenticate(
        dialogue, "OAUTHBEARER",
        encoded_response(fmt::format("n,a={},\x01host={}\x01port={}\x01{}", user, peer.host, peer.port, bearer)),
        "AQ==");
  }
  throw no_sign_in_offered(true);
}

SmtpReply with_password(Dialogue& dialogue, const std::string& offered, const std::string& user,
                        const Secret& password) {
  if (offers(offered, "PLAIN")) {
    const std::string nul(1, '\0');
    return authenticate(dialogue, "PLAIN", encoded_response(nul + user + nul + std::string(password.reveal())), "*");
  }
  if (!offers(offered, "LOGIN")) throw no_sign_in_offered(false);
  SmtpReply reply = dialogue.ask("AUTH LOGIN");
  if (reply.code == 334) reply = dialogue.ask(text::base64(user), "****");
  if (reply.code == 334) {
    const Secret response(text::base64(password.reveal()));
    dialogue.hide(response);
    reply = dialogue.ask(response.reveal(), "****");
  }
  return reply;
}

void check_line(const std::string& value, const char* key) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::none_of(value.begin(), value.end(), is_control)) return;
  throw Error(ErrorKind::configuration, fmt::format("{} holds control characters", key), "Correct it.");
}

std::string sign_in(Dialogue& dialogue, const Transport& transport, const config::Mailbox& mailbox,
                    const SmtpSecret& secret) {
  const SmtpSituation situation = smtp_situation(mailbox);
  const config::Smtp& smtp = *mailbox.smtp;
  const std::string offered = mechanisms(dialogue, smtp.ehlo);
  if (!situation.with_token && !smtp.password) return "no sign-in";
  check_line(smtp.user, "smtp.user");
  const Secret value = secret();
  dialogue.hide(value);
  const SmtpReply reply = situation.with_token ? with_token(dialogue, offered, transport.peer(), smtp.user, value)
                                               : with_password(dialogue, offered, smtp.user, value);
  if (reply.code != 235) throw smtp_refusal(reply, "the sign-in of " + smtp.user, situation);
  return smtp.user;
}

// Whether the sender may send, as far as the server tells without a mail.
void try_sender(Dialogue& dialogue, const config::Mailbox& mailbox) {
  const SmtpSituation situation = smtp_situation(mailbox);
  check_line(situation.from, "smtp.from");
  const SmtpReply reply = dialogue.ask("MAIL FROM:<" + situation.from + ">");
  if (reply.code != 250) throw smtp_refusal(reply, "the sender " + situation.from, situation);
  dialogue.ask("RSET");
}

void say_goodbye(Dialogue& dialogue) noexcept {
  try {
    dialogue.be_brief();
    dialogue.ask("QUIT");
  } catch (const std::exception&) {
    return;  // a server that is gone already wants no farewell
  }
}

}  // namespace

void probe_smtp(const config::Mailbox& mailbox, const SmtpSecret& secret, const Deadlines& deadlines,
                const std::string& proxy, const OpenObserver& observer) {
  Transport transport(smtp_server(mailbox, deadlines, proxy));
  const auto begin = open_and_tell(transport, observer, "smtp-");
  Dialogue dialogue(transport, deadlines.command, mailbox.name);
  std::string who = sign_in(dialogue, transport, mailbox, secret);
  try_sender(dialogue, mailbox);
  observer({"smtp-sign-in", SteadyClock::now() - begin,
            fmt::format("{}; mail goes out as {}", who, smtp_situation(mailbox).from), 0});
  say_goodbye(dialogue);
}

}  // namespace poller::outbound
