#include "mailbox/pop3/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mailbox/open_steps.h"
#include "mailbox/pop3/refusal.h"
#include "mailbox/server_words.h"

namespace poller::pop3 {
namespace {

constexpr std::uint64_t kWorthMoreTime = std::uint64_t{64} * 1024;  // a trickle is no progress

const char* word_of(Reply::Status status) {
  switch (status) {
    case Reply::Status::ok:
      return "+OK";
    case Reply::Status::error:
      return "-ERR";
    case Reply::Status::go_on:
      return "+";
  }
  return "";
}

// A challenge is masked whole: what it holds is encoded, so that no secret would be found in it.
std::string shown_reply(const Reply& reply) {
  const std::string code = reply.code.empty() ? "" : "[" + reply.code + "] ";
  const bool challenge = reply.status == Reply::Status::go_on && !reply.text.empty();
  return fmt::format("{} {}{}", word_of(reply.status), code, challenge ? "****" : reply.text);
}

std::vector<std::string> upper_words(std::string_view line) {
  std::vector<std::string> out;
  for (const auto word : text::split(text::trim(line), ' ')) {
    if (word.empty()) continue;
    std::string& upper = out.emplace_back(word);
    std::transform(upper.begin(), upper.end(), upper.begin(), text::upper);
  }
  return out;
}

}  // namespace

Session::Session(TransportOptions options, const Deadlines& deadlines, std::string mailbox)
    : mailbox_(std::move(mailbox)),
      trace_("pop3", mailbox_),
      transport_(std::move(options)),
      deadlines_(deadlines),
      reader_(*this) {}

Session::~Session() = default;

SteadyTime Session::connect(const OpenObserver& observer) {
  const SteadyTime secured = open_and_tell(transport_, observer);
  alive_ = true;
  for (const auto& line : transport_.greeting()) trace_.received(line);
  return secured;
}

template <class Reading>
auto Session::guarded(Reading&& reading) {
  try {
    return reading();
  } catch (...) {
    alive_ = false;
    throw;
  }
}

void Session::send(std::string_view line, std::string_view shown) {
  trace_.sent(shown.empty() ? line : shown);
  const Secret bytes(std::string(line) + "\r\n");
  allow(deadlines_.command);
  guarded([&] { transport_.send(bytes.reveal(), deadline_); });
}

Reply Session::reply() {
  Reply reply = guarded([&] { return reader_.reply(); });
  reply.text = masked(std::move(reply.text));
  if (Trace::is_on()) trace_.received(shown_reply(reply));
  if (reply.status == Reply::Status::error) {
    last_words_ = reply.text;
    if (ends_session(reply)) {
      alive_ = false;
      throw refusal(reply, "to go on", ErrorKind::temporary);
    }
  }
  return reply;
}

Reply Session::ask(std::string_view command) {
  send(command);
  return reply();
}

void Session::lines(const std::function<void(std::string_view)>& each) {
  bodies_ = true;
  std::uint64_t count = 0;
  guarded([&] {
    reader_.lines([&](std::string_view line) {
      ++count;
      each(line);
    });
  });
  bodies_ = false;
  trace_.received(fmt::format("({} lines) .", count));
}

std::uint64_t Session::mail(std::uint64_t keep, std::string& into) {
  bodies_ = true;
  allow(deadlines_.body_progress);
  const std::uint64_t size = guarded([&] { return reader_.mail(keep, into); });
  bodies_ = false;
  trace_.received(fmt::format("({} bytes) .", size));
  return size;
}

void Session::learn_capabilities() {
  capabilities_.clear();
  if (ask("CAPA").status != Reply::Status::ok) return;
  lines([&](std::string_view line) {
    auto words = upper_words(line);
    if (words.empty()) return;
    std::string name = std::move(words.front());
    words.erase(words.begin());
    capabilities_[std::move(name)] = std::move(words);
  });
}

bool Session::offers(std::string_view mechanism) const {
  const auto sasl = capabilities_.find("SASL");
  return sasl != capabilities_.end() &&
         std::find(sasl->second.begin(), sasl->second.end(), mechanism) != sasl->second.end();
}

void Session::allow(std::chrono::milliseconds time) {
  since_progress_ = 0;
  deadline_ = std::chrono::steady_clock::now() + time;
}

std::size_t Session::read(char* into, std::size_t room) {
  const std::size_t got = transport_.receive(into, room, deadline_);
  if (got == 0) {
    const std::string last = last_words_.empty() ? "" : "; its last words: " + shown_text(last_words_);
    throw Error(ErrorKind::temporary,
                fmt::format("{} closed the connection in mid-session{}", transport_.peer().name(), last));
  }
  since_progress_ += got;
  if (bodies_ && since_progress_ >= kWorthMoreTime) allow(deadlines_.body_progress);
  if (bodies_ && on_mail_bytes_) on_mail_bytes_();
  return got;
}

void Session::close() noexcept {
  alive_ = false;
  transport_.close();
}

}  // namespace poller::pop3
