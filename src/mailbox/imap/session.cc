#include "mailbox/imap/session.h"

#include <fmt/format.h>

#include "base/text.h"
#include "lib/openssl/random.h"
#include "mailbox/imap/refusal.h"
#include "mailbox/imap/trace.h"
#include "mailbox/open_steps.h"
#include "mailbox/server_words.h"

namespace poller::imap {
namespace {

constexpr std::uint64_t kProgress = std::uint64_t{64} * 1024;  // a trickle is no progress

std::string random_tag_prefix() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz012345";  // 32 of them: 5 bits each, none favoured
  std::string out;
  for (const char byte : random_bytes(10)) out += kLetters[static_cast<unsigned char>(byte) & 31];
  out[0] = static_cast<char>('a' + (static_cast<unsigned char>(out[0]) % 26));
  return out + ".";
}

}  // namespace

Session::Session(TransportOptions options, const Deadlines& deadlines, std::string mailbox)
    : mailbox_(std::move(mailbox)),
      trace_("imap", mailbox_),
      transport_(std::move(options)),
      deadlines_(deadlines),
      reader_(*this),
      tag_prefix_(random_tag_prefix()) {}

Session::~Session() = default;

SteadyTime Session::connect(const OpenObserver& observer) {
  const SteadyTime secured = open_and_tell(transport_, observer);
  alive_ = true;
  for (const auto& line : transport_.greeting()) trace_.received(masked(line));
  return secured;
}

std::string Session::new_tag(std::string_view command, std::string_view shown) {
  std::string tag = tag_prefix_ + std::to_string(++tag_number_);
  if (Trace::is_on()) trace_.sent((tag + " ").append(shown.empty() ? command : shown));
  return tag;
}

std::string Session::send(std::string_view command, std::string_view shown) {
  std::string tag = new_tag(command, shown);
  std::string bytes;
  bytes.reserve(waiting_.size() + tag.size() + command.size() + 3);
  bytes.append(waiting_).append(tag).append(" ").append(command).append("\r\n");
  waiting_.clear();
  reader_.renew_allowance();
  transmit(Secret(std::move(bytes)));
  return tag;
}

std::string Session::send_with_next(std::string_view command) {
  std::string tag = new_tag(command, {});
  waiting_.append(tag).append(" ").append(command).append("\r\n");
  return tag;
}

void Session::send_line(std::string_view line, std::string_view shown) {
  trace_.sent(shown);
  transmit(Secret(std::string(line) + "\r\n"));
}

void Session::transmit(const Secret& bytes) {
  allow(deadlines_.command);
  try {
    transport_.send(bytes.reveal(), deadline_);
  } catch (const Error&) {
    // A server that closes has often said why; that is worth more than the broken pipe.
    alive_ = false;
    allow(std::chrono::milliseconds(100));
    while (response_is_here()) next();
    throw;
  }
}

Response Session::read_traced() {
  try {
    Response response = read_response(reader_, body_limits_);
    if (Trace::is_on()) trace_.received(masked(trace_text(response, challenges_)));
    return response;
  } catch (...) {
    alive_ = false;
    throw;
  }
}

Response Session::next() {
  for (;;) {
    Response response = read_traced();
    note(response);
    if (response.kind == Response::Kind::stray) continue;
    return response;
  }
}

void Session::note(const Response& response) {
  switch (response.kind) {
    case Response::Kind::exists:
      if (response.number > exists_) news_ = true;
      exists_ = response.number;
      break;
    case Response::Kind::expunge:
      if (exists_ > 0) --exists_;
      break;
    case Response::Kind::capability:
      set_capabilities(response.words);
      break;
    case Response::Kind::status:
    case Response::Kind::tagged:
      take_status(response);
      break;
    case Response::Kind::stray:
      // Exchange says some of its last words without any form.
      last_words_ = masked(response.line.text);
      if (ends_session(last_words_)) {
        alive_ = false;
        throw farewell(last_words_);
      }
      break;
    default:
      break;
  }
}

void Session::take_status(const Response& response) {
  const StatusLine& line = response.line;
  if (line.status == Status::bye) {
    alive_ = false;
    throw farewell(masked(line.text));
  }
  if (line.code == "CAPABILITY") set_capabilities(split_words(line.arguments));
  const bool refused = line.status == Status::no || line.status == Status::bad;
  if (refused && ends_session(line.text)) {
    alive_ = false;
    StatusLine shown = line;
    shown.text = masked(line.text);
    throw refusal(shown, "the command", ErrorKind::temporary);
  }
}

StatusLine Session::wait(const std::string& tag, const OnResponse& on_response) {
  for (;;) {
    Response response = next();
    if (response.kind == Response::Kind::tagged) {
      if (response.tag == tag) return std::move(response.line);
      continue;  // a tag that is not awaited means nothing
    }
    if (on_response) on_response(response);
  }
}

StatusLine Session::run(std::string_view command, const OnResponse& on_response) {
  return wait(send(command), on_response);
}

void Session::set_capabilities(const std::vector<std::string>& words) {
  capabilities_ = std::set<std::string>(words.begin(), words.end());
}

void Session::enter_folder() {
  exists_ = 0;
  news_ = false;
}

void Session::allow(std::chrono::milliseconds time) { deadline_ = std::chrono::steady_clock::now() + time; }

void Session::expect_bodies(bool yes) {
  bodies_ = yes;
  if (yes) progress();
}

void Session::progress() {
  since_progress_ = 0;
  allow(deadlines_.body_progress);
}

std::size_t Session::read(char* into, std::size_t room) {
  const std::size_t got = transport_.receive(into, room, deadline_);
  if (got == 0) end_of_stream();
  since_progress_ += got;
  if (bodies_ && since_progress_ >= kProgress) progress();
  if (bodies_ && on_body_bytes_) on_body_bytes_();
  return got;
}

std::size_t Session::read_now(char* into, std::size_t room) {
  const auto got = transport_.receive_now(into, room);
  if (!got) return 0;
  if (*got == 0) end_of_stream();
  return *got;
}

void Session::end_of_stream() {
  alive_ = false;
  const std::string last = last_words_.empty() ? "" : "; its last words: " + shown_text(last_words_);
  throw Error(ErrorKind::temporary,
              fmt::format("{} closed the connection in mid-session{}", transport_.peer().name(), last));
}

void Session::close() noexcept {
  alive_ = false;
  transport_.close();
}

}  // namespace poller::imap
