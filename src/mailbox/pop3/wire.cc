#include "mailbox/pop3/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/text.h"
#include "mailbox/server_words.h"

namespace poller::pop3 {
namespace {

[[noreturn]] void no_pop3(const std::string& what) {
  throw Error(ErrorKind::corrupt, "the POP3 server's answer cannot be read: " + what,
              "It is not the protocol as published: check server.host and server.port, and who is in between.");
}

// "[SYS/TEMP] text": the code of RFC 2449 section 8, where there is one.
void split_code(Reply& reply) {
  if (reply.text.empty() || reply.text.front() != '[') return;
  const auto end = reply.text.find(']');
  if (end == std::string::npos || end > 64) return;
  for (std::size_t i = 1; i < end; ++i) reply.code += text::upper(reply.text[i]);
  reply.text = std::string(text::trim(std::string_view(reply.text).substr(end + 1)));
}

}  // namespace

Reader::Reader(Input& input, const WireLimits& limits)
    : input_(input), limits_(limits), buffer_(std::make_unique<char[]>(kBuffer)) {}

void Reader::fill() {
  position_ = 0;
  end_ = 0;
  end_ = input_.read(buffer_.get(), kBuffer);
}

std::string Reader::line() {
  std::string out;
  for (char c = take(); c != '\n'; c = take()) {
    if (out.size() >= limits_.line) no_pop3("an endless line");
    out += c;
  }
  if (!out.empty() && out.back() == '\r') out.pop_back();
  return out;
}

Reply Reader::reply() {
  const std::string said = line();
  const auto rest = [&](std::size_t from) { return std::string(text::trim(std::string_view(said).substr(from))); };
  Reply out;
  if (text::istarts_with(said, "+OK")) {
    out.text = rest(3);
  } else if (text::istarts_with(said, "-ERR")) {
    out.status = Reply::Status::error;
    out.text = rest(4);
    split_code(out);
  } else if (said == "+" || said.rfind("+ ", 0) == 0) {
    out.status = Reply::Status::go_on;
    out.text = rest(1);
  } else {
    no_pop3("'" + shown_text(said) + "' where +OK or -ERR belongs");
  }
  return out;
}

void Reader::lines(const std::function<void(std::string_view)>& each) {
  std::uint64_t read = 0;
  for (std::string one = line(); one != "."; one = line()) {
    read += one.size() + 2;
    if (read > limits_.answer) no_pop3(fmt::format("a listing of more than {} bytes", limits_.answer));
    each(one.front() == '.' ? std::string_view(one).substr(1) : std::string_view(one));
  }
}

std::size_t Reader::run(std::uint64_t keep, std::string& into) {
  peek();
  const char* begin = buffer_.get() + position_;
  const auto* lf = static_cast<const char*>(std::memchr(begin, '\n', end_ - position_));
  const std::size_t n = lf == nullptr ? end_ - position_ : static_cast<std::size_t>(lf - begin) + 1;
  into.append(begin, static_cast<std::size_t>(std::min<std::uint64_t>(n, keep)));
  position_ += n;
  return n;
}

std::uint64_t Reader::mail(std::uint64_t keep, std::string& into) {
  std::uint64_t size = 0;
  char before = 0;  // the byte before the next one
  for (bool line_begins = true;;) {
    if (line_begins && peek() == '.') {
      before = take();  // stuffed, or the lone one
      if (peek() == '\r') {
        before = take();
        if (peek() == '\n') {
          take();
          return size;
        }
        if (size++ < keep) into += '\r';
      }
    }
    const std::size_t n = run(size < keep ? keep - size : 0, into);
    size += n;
    if (size > limits_.mail) no_pop3("an endless mail");
    const char second_last = n >= 2 ? buffer_[position_ - 2] : before;
    before = buffer_[position_ - 1];
    line_begins = before == '\n' && second_last == '\r';
  }
}

}  // namespace poller::pop3
