#include "outbound/sender.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "lib/curl/smtp.h"
#include "outbound/smtp_advice.h"
#include "parsers/encode_header.h"

namespace poller::outbound {
namespace {

const char* stage_word(SmtpStage stage) {
  switch (stage) {
    case SmtpStage::connect:
      return "the connection";
    case SmtpStage::sign_in:
      return "the sign-in";
    case SmtpStage::sender:
      return "the sender";
    case SmtpStage::recipients:
      return "every recipient";
    case SmtpStage::data:
    case SmtpStage::end:
      return "the mail";
  }
  return "the mail";
}

SmtpOptions options_of(const config::Mailbox& mailbox, const Deadlines& deadlines, const std::string& proxy) {
  const config::Smtp& smtp = *mailbox.smtp;
  SmtpOptions o;
  o.mailbox = mailbox.name;
  o.host = smtp.server.host;
  o.port = smtp.server.port;
  o.implicit_tls = smtp.server.tls == config::Tls::implicit;
  o.ca_file = smtp.server.ca_file.string();
  o.proxy = proxy;
  o.ehlo = wire_address("@" + smtp.ehlo).substr(1);
  o.use_token = config::sends_by_oauth(mailbox);
  // A server without a sign-in (a relay of one's own) is one without a password.
  o.user = o.use_token || smtp.password ? smtp.user : std::string();
  o.deadlines = deadlines;
  return o;
}

class SmtpSender final : public Sender {
 public:
  SmtpSender(const config::Mailbox& mailbox, SmtpCredentials credentials, const Deadlines& deadlines,
             const std::string& proxy)
      : credentials_(std::move(credentials)),
        situation_(smtp_situation(mailbox)),
        options_(options_of(mailbox, deadlines, proxy)) {}

  Attempt send(const OutboxRow& row, std::string_view mail, const BeforeEnd& before_end) override {
    try {
      if (!connection_) connection_ = std::make_unique<SmtpConnection>(options_);
      SmtpAnswer answer = send_once(row, mail, before_end, false);
      if (token_refused(answer)) {
        answer = send_once(row, mail, before_end, true);
      } else if (went_stale(answer)) {
        answer = send_once(row, mail, before_end, false);
      }
      return attempt_of(row, answer);
    } catch (const Lost& lost) {
      std::rethrow_exception(lost.cause);
    } catch (const Error& error) {
      return of_error(row, error);
    }
  }

 private:
  struct Lost {  // what before_end threw
    std::exception_ptr cause;
  };

  SmtpAnswer send_once(const OutboxRow& row, std::string_view mail, const BeforeEnd& before_end, bool refresh) {
    const Secret secret = options_.user.empty() ? Secret()
                          : options_.use_token  ? credentials_.access_token(refresh)
                                                : credentials_.password();
    const auto marked = [&before_end](const std::vector<SmtpRefusedRecipient>& refused) {
      std::vector<std::string> addresses;
      addresses.reserve(refused.size());
      for (const auto& r : refused) addresses.push_back(r.address);
      try {
        if (before_end) before_end(addresses);
      } catch (...) {
        throw Lost{std::current_exception()};
      }
    };
    return connection_->send({row.sender, row.owed}, mail, secret, marked);
  }

  [[nodiscard]] bool token_refused(const SmtpAnswer& a) const {
    return options_.use_token && !options_.user.empty() && !a.accepted && a.stage == SmtpStage::sign_in &&
           (a.reply.starts_with("334") || a.reply.starts_with("535"));
  }

  // A kept connection that the server has closed meanwhile: the mail was not even begun.
  static bool went_stale(const SmtpAnswer& a) {
    const bool begun = a.stage != SmtpStage::connect && a.stage != SmtpStage::sender;
    return !a.accepted && a.reused_connection && !begun && (!a.answered || a.reply.starts_with("421"));
  }

  Attempt attempt_of(const OutboxRow& row, const SmtpAnswer& a) const {
    if (a.no_sign_in_offered) return of_error(row, no_sign_in_offered(situation_.with_token));
    Attempt out;
    std::optional<SmtpVerdict> fault;  // every recipient was refused for what we are, and not for what he is
    for (const auto& refused : a.refused) {
      const SmtpReply reply = read_smtp_reply(refused.reply);
      const SmtpVerdict verdict = judge_smtp_reply(reply, situation_);
      const std::string line = fmt::format("{}: {}", refused.address, to_line(reply));
      if (verdict.kind == ErrorKind::sign_in || verdict.kind == ErrorKind::configuration) fault = verdict;
      if (verdict.kind == ErrorKind::temporary) {
        out.owed.push_back(refused.address);
      } else {
        out.refused_recipients.push_back(line);
      }
      out.error += (out.error.empty() ? "" : "; ") + line;
    }
    if (a.accepted) {
      const SmtpReply reply = read_smtp_reply(a.reply);
      out.state = out.owed.empty() ? OutboxState::sent : OutboxState::retry;
      out.server_reply = id_in_reply(reply.text).value_or(reply.text);
      return out;
    }
    const bool refuses = a.answered && (a.reply[0] == '4' || a.reply[0] == '5');
    if (a.end_reached && !refuses) return uncertain(row, a);
    if (a.stage == SmtpStage::recipients && !a.refused.empty()) {
      out.state = out.owed.empty() ? OutboxState::failed : OutboxState::retry;
      if (out.owed.empty() && fault) {
        out.state = OutboxState::retry;
        out.mailbox_trouble = fault->kind;
        out.advice = fault->advice;
      }
      if (out.owed.empty()) {  // owed still, should somebody try it again
        out.owed = row.owed;
        out.refused_recipients.clear();
      }
      return out;
    }
    out.refused_recipients.clear();  // nobody has the mail: the next try asks for them again
    out.owed = row.owed;
    return a.answered && a.reply[0] >= '3' ? refused(std::move(out), a) : broken(std::move(out), a);
  }

  static Attempt uncertain(const OutboxRow& row, const SmtpAnswer& a) {
    Attempt out;
    out.state = OutboxState::uncertain;
    out.owed = row.owed;
    out.error = fmt::format("{}: {}",
                            a.answered ? "whether the server has taken the mail over is not known"
                                       : "the connection was lost after the mail's end and before the answer",
                            a.failure ? a.failure->what() : "no answer");
    if (!is_first_copy(row)) {
      out.error += "; others have had the mail before, so that a copy in the Sent folder says nothing of ";
      out.error += fmt::format("{}", fmt::join(row.owed, ", "));
    }
    return out;
  }

  Attempt refused(Attempt out, const SmtpAnswer& a) const {
    // The challenge that names the error of a token (XOAUTH2) is a refused sign-in.
    const SmtpReply reply = a.reply.starts_with("334") ? read_smtp_reply("535 5.7.3 the access token was refused")
                                                       : read_smtp_reply(a.reply);
    const Error error = smtp_refusal(reply, stage_word(a.stage), situation_);
    const SmtpVerdict verdict = judge_smtp_reply(reply, situation_);
    out.error = error.what();
    out.advice = error.advice();
    out.wait = verdict.wait;
    out.state = verdict.kind == ErrorKind::permanent ? OutboxState::failed : OutboxState::retry;
    if (a.stage == SmtpStage::connect && out.advice.empty()) {
      out.advice = "The server takes no connection from this machine: check smtp.host, and ask its administrator why.";
    }
    const bool before_the_mail = a.stage == SmtpStage::connect || a.stage == SmtpStage::sign_in;
    if (before_the_mail || verdict.kind == ErrorKind::sign_in || verdict.kind == ErrorKind::configuration ||
        verdict.wait) {
      out.mailbox_trouble = verdict.kind == ErrorKind::permanent ? ErrorKind::configuration : verdict.kind;
      out.state = OutboxState::retry;
    }
    return out;
  }

  static Attempt broken(Attempt out, const SmtpAnswer& a) {
    out.error = a.failure ? a.failure->what() : "the connection broke";
    if (a.failure) out.advice = a.failure->advice();
    if (a.stage == SmtpStage::connect || a.stage == SmtpStage::sign_in) {
      out.mailbox_trouble = a.failure ? a.failure->kind() : ErrorKind::temporary;
    }
    return out;
  }

  static Attempt of_error(const OutboxRow& row, const Error& error) {
    Attempt out;
    out.owed = row.owed;
    out.error = error.what();
    out.advice = error.advice();
    if (error.kind() == ErrorKind::permanent) {
      out.state = OutboxState::failed;
    } else {
      out.mailbox_trouble = error.kind();
    }
    return out;
  }

  SmtpCredentials credentials_;
  SmtpSituation situation_;
  SmtpOptions options_;
  std::unique_ptr<SmtpConnection> connection_;
};

}  // namespace

std::unique_ptr<Sender> make_smtp_sender(const config::Mailbox& mailbox, SmtpCredentials credentials,
                                         const Deadlines& deadlines, const std::string& proxy) {
  return std::make_unique<SmtpSender>(mailbox, std::move(credentials), deadlines, proxy);
}

std::optional<std::string> id_in_reply(std::string_view reply_text) {
  const auto open = reply_text.find('<');
  const auto close = reply_text.find('>', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  const std::string_view id = reply_text.substr(open + 1, close - open - 1);
  if (!is_sendable_id(id) || id.find('@') == std::string_view::npos) return std::nullopt;
  return std::string(id);
}

}  // namespace poller::outbound
