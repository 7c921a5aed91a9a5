#include "lib/curl/smtp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/steps.h"
#include "base/text.h"

namespace poller {

// One mail's way. libcurl tells what it sends to the trace callback: that is how a reply is known to belong to a
// command. Nothing that passes there is kept, and the log is shown it by SmtpTrace alone: the sign-in passes too.
struct SmtpConnection::Exchange {
  const SmtpEnvelope& envelope;
  std::string_view mail;
  const SmtpBeforeEnd& before_end;
  SmtpTrace& trace;
  SmtpAnswer answer;
  std::size_t recipient = 0;  // those that RCPT was sent for
  std::size_t sent = 0;       // octets of the mail handed to libcurl
  std::exception_ptr failure;
  bool signs_in = false;  // a user was given
  bool greeted = false;   // EHLO was said: the connection is a new one
  bool farewell = false;  // after a refusal libcurl says QUIT: the refusal stays what the server said to the mail

  void command(std::string_view line) {
    trace.sent(line);
    farewell = farewell || line.starts_with("QUIT");
    if (farewell) return;
    answer.reply.clear();
    answer.answered = false;
    greeted = greeted || line.starts_with("EHLO") || line.starts_with("HELO");
    if (line.starts_with("AUTH ")) answer.stage = SmtpStage::sign_in;
    if (line.starts_with("MAIL FROM:")) answer.stage = SmtpStage::sender;
    if (line.starts_with("RCPT TO:")) {
      answer.stage = SmtpStage::recipients;
      ++recipient;
    }
    if (line.starts_with("DATA")) answer.stage = SmtpStage::data;
  }

  void reply(std::string_view line) {
    constexpr std::size_t kReplyOctets = 8000;
    trace.received(line);
    if (farewell) return;
    if (answer.answered) {
      answer.reply.clear();
      answer.answered = false;
    }
    if (answer.reply.size() < kReplyOctets) answer.reply += line;
    const bool whole = line.ends_with('\n') && line.size() > 3 && text::is_digit(line[0]) && line[3] != '-';
    if (!whole) return;
    answer.answered = true;
    if (answer.stage == SmtpStage::recipients && line[0] >= '4' && recipient <= envelope.recipients.size()) {
      answer.refused.push_back({envelope.recipients[recipient - 1], answer.reply});
    }
  }

  std::size_t read(char* into, std::size_t room) {
    constexpr std::size_t kTail = 2;
    if (sent == mail.size()) return 0;
    if (sent + kTail >= mail.size() && !answer.end_reached) {
      try {
        if (before_end) before_end(answer.refused);
      } catch (...) {
        failure = std::current_exception();
        return CURL_READFUNC_ABORT;
      }
      step("smtp end of mail");
      answer.end_reached = true;
      answer.stage = SmtpStage::end;
      answer.reply.clear();
      answer.answered = false;
    }
    const std::size_t until = answer.end_reached ? mail.size() : mail.size() - kTail;
    const std::size_t n = std::min(room, until - sent);
    std::memcpy(into, mail.data() + sent, n);
    sent += n;
    if (sent == mail.size()) trace.sent_mail(sent);
    return n;
  }
};

namespace {

struct FreeSlist {
  void operator()(curl_slist* list) const noexcept { curl::library().curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, FreeSlist>;

// libcurl 7.88 puts an address into the command as it is: with CR LF in it, it would be a command of its own.
void check_address(const std::string& address, bool may_be_empty) {
  const bool clean =
      std::all_of(address.begin(), address.end(), [](char c) { return c > ' ' && c <= '~' && c != '<' && c != '>'; });
  if (clean && (may_be_empty || !address.empty()) && address.size() <= 320) return;
  throw Error(ErrorKind::permanent,
              fmt::format("\"{}\" is no address that mail can be sent to", text::escape_controls(address)));
}

// From the first word to the last answer: no mail takes longer, whatever the server does.
std::chrono::milliseconds whole_time(const Deadlines& deadlines, std::size_t octets) {
  constexpr std::size_t kOctetsPerMillisecond = 20;
  return deadlines.connect + 4 * deadlines.command + deadlines.body_progress +
         std::chrono::milliseconds(octets / kOctetsPerMillisecond);
}

}  // namespace

SmtpConnection::SmtpConnection(const SmtpOptions& options)
    : options_(options), peer_{options.host, options.port, "smtp"}, trace_(options.mailbox) {
  connect_anew();
}

// A handle that still held an old connection would say goodbye on it in the midst of the next mail, and the answer to
// that could be taken for the mail's.
void SmtpConnection::connect_anew() {
  const SmtpOptions& o = options_;
  easy_.reset();
  easy_ = std::make_unique<curl::Easy>(o.implicit_tls ? "smtps" : "smtp");
  const std::string host = o.host.find(':') == std::string::npos ? o.host : "[" + o.host + "]";
  const std::string url = fmt::format("{}://{}:{}/{}", o.implicit_tls ? "smtps" : "smtp", host, o.port, o.ehlo);
  easy_->set(CURLOPT_URL, url.c_str());
  easy_->set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  easy_->trust(o.ca_file);
  easy_->use_proxy(o.proxy);
  easy_->connect_within(o.deadlines.connect);
  easy_->set(CURLOPT_UPLOAD, 1L);
  easy_->set(CURLOPT_TCP_KEEPALIVE, 1L);
  easy_->set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  easy_->set(CURLOPT_VERBOSE, 1L);  // to the trace callback
  easy_->set(CURLOPT_DEBUGFUNCTION, &SmtpConnection::on_trace);
  easy_->set(CURLOPT_HEADERFUNCTION, &SmtpConnection::on_reply);
  easy_->set(CURLOPT_READFUNCTION, &SmtpConnection::on_read);
  easy_->set(CURLOPT_PREREQFUNCTION, &SmtpConnection::before_request);
  easy_->set(CURLOPT_MAXCONNECTS, 1L);
  using std::chrono::seconds;
  const auto silence = std::chrono::ceil<seconds>(std::max(o.deadlines.command, o.deadlines.body_progress));
  easy_->set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(silence.count()));
}

void SmtpConnection::sign_in_with(const Secret& secret) {
  if (options_.user.empty()) return;
  easy_->set(CURLOPT_USERNAME, options_.user.c_str());
  std::string value(secret.reveal());
  if (options_.use_token) {
    easy_->set(CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");  // else a server without it would be given a password
    easy_->set(CURLOPT_XOAUTH2_BEARER, value.c_str());
  } else {
    easy_->set(CURLOPT_PASSWORD, value.c_str());
  }
  Secret::wipe(value);
}

SmtpAnswer SmtpConnection::send(const SmtpEnvelope& envelope, std::string_view mail, const Secret& secret,
                                const SmtpBeforeEnd& before_end) {
  check_address(envelope.sender, true);
  for (const auto& address : envelope.recipients) check_address(address, false);
  if (envelope.recipients.empty()) throw Error(ErrorKind::permanent, "a mail without a recipient");
  if (!mail.ends_with("\r\n")) throw Error(ErrorKind::ours, "a mail to be sent must end in a line end");

  Exchange exchange{envelope, mail, before_end, trace_, {}, 0, 0, nullptr, !options_.user.empty()};
  Slist recipients;
  for (const auto& address : envelope.recipients) {
    curl_slist* longer = curl::library().curl_slist_append(recipients.get(), ("<" + address + ">").c_str());
    if (longer == nullptr) throw Error(ErrorKind::temporary, "out of memory in libcurl");
    (void)recipients.release();
    recipients.reset(longer);
  }
  const bool new_secret = secret.reveal() != last_secret_.reveal();
  trace_.begin(secret, new_secret);
  if (fresh_ || new_secret) {
    connect_anew();
    fresh_ = true;
  }
  last_secret_ = secret;
  sign_in_with(secret);
  const std::string sender = "<" + envelope.sender + ">";
  easy_->set(CURLOPT_MAIL_FROM, sender.c_str());
  easy_->set(CURLOPT_MAIL_RCPT, recipients.get());
  easy_->set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.size()));
  easy_->set(CURLOPT_FRESH_CONNECT, fresh_ ? 1L : 0L);
  easy_->set(CURLOPT_TIMEOUT_MS, static_cast<long>(whole_time(options_.deadlines, mail.size()).count()));
  easy_->set(CURLOPT_DEBUGDATA, &exchange);
  easy_->set(CURLOPT_HEADERDATA, &exchange);
  easy_->set(CURLOPT_READDATA, &exchange);
  easy_->set(CURLOPT_PREREQDATA, &exchange);
  step("smtp send");
  const CURLcode code = easy_->perform();

  SmtpAnswer& answer = exchange.answer;
  answer.reused_connection = easy_->info<long>(CURLINFO_NUM_CONNECTS) == 0;
  easy_->set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
  easy_->set(CURLOPT_DEBUGDATA, static_cast<void*>(nullptr));
  easy_->set(CURLOPT_HEADERDATA, static_cast<void*>(nullptr));
  easy_->set(CURLOPT_PREREQDATA, static_cast<void*>(nullptr));
  if (code == CURLE_LOGIN_DENIED && answer.stage == SmtpStage::connect) answer.no_sign_in_offered = true;
  answer.accepted = code == CURLE_OK && answer.end_reached && answer.answered && answer.reply.starts_with('2');
  answer.reply = trace_.masked(std::move(answer.reply));
  for (auto& refused : answer.refused) refused.reply = trace_.masked(std::move(refused.reply));
  fresh_ = !answer.accepted;
  if (exchange.failure) std::rethrow_exception(exchange.failure);
  if (!answer.accepted) answer.failure = failure_of(code, answer);
  return std::move(answer);
}

// Once TLS stands, an answer that libcurl cannot read is no word of somebody before it.
Error SmtpConnection::failure_of(CURLcode code, const SmtpAnswer& answer) const {
  const bool odd = code == CURLE_OK || code == CURLE_WEIRD_SERVER_REPLY;
  if (!odd || answer.stage == SmtpStage::connect) return easy_->failure(code, peer_);
  const std::string_view reply = text::trim(answer.reply);
  return {ErrorKind::temporary,
          fmt::format("{} gave an answer that is none to its command: {}", peer_.name(),
                      reply.empty() ? "nothing" : text::escape_controls(text::to_valid_utf8(reply.substr(0, 200))))};
}

int SmtpConnection::on_trace(CURL* /*handle*/, curl_infotype type, char* data, std::size_t size, void* user) {
  if (type == CURLINFO_HEADER_OUT && user != nullptr) static_cast<Exchange*>(user)->command({data, size});
  return 0;
}

std::size_t SmtpConnection::on_reply(char* data, std::size_t size, std::size_t count, void* user) {
  if (user != nullptr) static_cast<Exchange*>(user)->reply({data, size * count});
  return size * count;
}

// libcurl sends without a sign-in where the server offers none.
int SmtpConnection::before_request(void* user, char* /*ip*/, char* /*own_ip*/, int /*port*/, int /*own_port*/) {
  if (user == nullptr) return CURL_PREREQFUNC_OK;
  auto& exchange = *static_cast<Exchange*>(user);
  if (!exchange.signs_in || !exchange.greeted || exchange.answer.stage != SmtpStage::connect) return CURL_PREREQFUNC_OK;
  exchange.answer.no_sign_in_offered = true;
  return CURL_PREREQFUNC_ABORT;
}

std::size_t SmtpConnection::on_read(char* into, std::size_t size, std::size_t count, void* user) {
  return static_cast<Exchange*>(user)->read(into, size * count);
}

}  // namespace poller
