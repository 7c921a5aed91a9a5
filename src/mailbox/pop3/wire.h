// The forms of POP3 (RFC 1939 section 3): a status line, and answers of several lines that end with a dot. Pulled from
// a stream that may come in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace poller::pop3 {

/// Where the bytes come from.
class Input {
 public:
  virtual ~Input() = default;
  /// At least one byte, at most `room`. Throws Error at the end of the stream and at a deadline.
  virtual std::size_t read(char* into, std::size_t room) = 0;
};

/// What a server may send before it is no longer listened to.
struct WireLimits {
  std::size_t line = 8192;                                     // bytes of a line that is no mail (RFC 2449: 512)
  std::uint64_t answer = std::uint64_t{64} * 1024 * 1024;      // bytes of a listing: a million mails and more
  std::uint64_t mail = std::uint64_t{4} * 1024 * 1024 * 1024;  // bytes of a mail that are read at all
};

struct Reply {
  enum class Status { ok, error, go_on };  // +OK, -ERR, "+ "
  Status status = Status::ok;
  std::string code;  // RFC 2449 section 8: "SYS/TEMP", upper case; empty for none
  std::string text;  // for people (status go_on: the challenge), as it came
};

/// Throws Error(corrupt) on what is no POP3 or is beyond a limit; the stream cannot be used any further then.
class Reader {
 public:
  explicit Reader(Input& input, const WireLimits& limits = {});

  Reply reply();

  /// The lines of an answer, without line ends and stuffed dots, until the lone dot.
  void lines(const std::function<void(std::string_view)>& each);

  /// A mail until the lone dot: CRLF kept, dots unstuffed (RFC 1939 section 3), the first `keep` bytes appended to
  /// `into`. Only CRLF ends a line here: what a sender wrote behind a bare LF or CR can neither end the mail nor lose a
  /// dot. Returns its size, however much was kept.
  std::uint64_t mail(std::uint64_t keep, std::string& into);

 private:
  char peek() {
    if (position_ == end_) fill();
    return buffer_[position_];
  }
  char take() {
    const char c = peek();
    ++position_;
    return c;
  }
  void fill();
  std::string line();
  /// What stands in the buffer up to the next LF and with it, of which `keep` bytes are appended; at least one byte.
  std::size_t run(std::uint64_t keep, std::string& into);

  static constexpr std::size_t kBuffer = std::size_t{16} * 1024;  // a TLS record
  Input& input_;
  WireLimits limits_;
  std::unique_ptr<char[]> buffer_;
  std::size_t position_ = 0;
  std::size_t end_ = 0;
};

}  // namespace poller::pop3
