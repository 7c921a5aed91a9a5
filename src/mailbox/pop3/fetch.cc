#include "mailbox/pop3/fetch.h"

#include <algorithm>

#include "base/limits.h"
#include "base/log.h"
#include "mailbox/pop3/refusal.h"

namespace poller::pop3 {
namespace {

constexpr std::size_t kWindow = 20;  // RETRs in advance, where CAPA names PIPELINING (RFC 2449 section 6.6)

void keep_header(std::string& bytes) {
  const auto end = bytes.find("\r\n\r\n");
  bytes.resize(end == std::string::npos ? std::min<std::size_t>(bytes.size(), std::size_t{256} * 1024) : end + 4);
  bytes.shrink_to_fit();
}

}  // namespace

Fetch::Fetch(Session& session, std::uint64_t max_size, OnMail on_mail)
    : session_(session),
      max_size_(max_size),
      on_mail_(std::move(on_mail)),
      window_(session.can("PIPELINING") ? kWindow : 1) {}

// LIST's sizes are estimates on Exchange: what is only just too large by them is fetched, and judged by its true
// length.
bool Fetch::is_oversized(const Entry& entry) const { return entry.size > max_size_ + max_size_ / 8; }

void Fetch::run(std::span<const Entry> mails) {
  left_ = mails;
  for (ask_more(); !asked_.empty(); ask_more()) {
    const Entry entry = asked_.front();
    take(entry);
    asked_.pop_front();
    if (!is_oversized(entry)) bytes_in_flight_ -= entry.size;
  }
}

void Fetch::ask_more() {
  while (!stopped_ && !left_.empty() && asked_.size() < window_) {
    const Entry& next = left_.front();
    const bool oversized = is_oversized(next);
    if (!oversized && bytes_in_flight_ > 0 && bytes_in_flight_ + next.size > kBytesInFlight) return;
    const std::string number = std::to_string(next.number);
    session_.send(oversized ? "TOP " + number + " 0" : "RETR " + number);
    if (!oversized) bytes_in_flight_ += next.size;
    asked_.push_back(next);
    left_ = left_.subspan(1);
  }
}

void Fetch::take(const Entry& entry) {
  const bool oversized = is_oversized(entry);
  const Reply reply = session_.reply();
  FetchedMail mail;
  mail.entry = entry;
  mail.size = entry.size;
  if (reply.status == Reply::Status::ok) {
    mail.size = std::max(session_.mail(max_size_, mail.bytes), oversized ? entry.size : 0);
  } else {
    const Error error = refusal(reply, "to give a mail", ErrorKind::permanent);
    if (error.kind() != ErrorKind::permanent) throw error;
    log::warning("pop3: the server does not give a mail",
                 {{"mailbox", session_.mailbox()}, {"uid", entry.uidl}, {"reason", error.what()}});
    if (!oversized) return;  // without TOP an oversized mail is known by its size alone
  }
  mail.complete = !oversized && mail.size <= max_size_;
  if (!mail.complete) keep_header(mail.bytes);
  if (!on_mail_(std::move(mail))) stopped_ = true;
}

}  // namespace poller::pop3
