// The tokens of IMAP (RFC 9051 section 9, RFC 3501 alike), pulled one by one from a stream that may come in pieces of
// any size. A literal is counted, never searched: nothing within a mail can pass for protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace poller::imap {

/// Where the bytes come from.
class Input {
 public:
  virtual ~Input() = default;
  /// At least one byte, at most `room`. Throws Error at the end of the stream and at a deadline.
  virtual std::size_t read(char* into, std::size_t room) = 0;
  /// What is there already; 0 when a read would have to wait.
  virtual std::size_t read_now(char* /*into*/, std::size_t /*room*/) { return 0; }
};

/// What a server may send before it is no longer listened to.
struct WireLimits {
  std::size_t atom = 4096;                                  // bytes of a word
  std::size_t string = std::size_t{64} * 1024;              // bytes of a string that is no mail
  std::size_t text = 1000;                                  // bytes kept of a text for people; the rest is read over
  std::uint64_t outside = std::uint64_t{32} * 1024 * 1024;  // bytes outside mails that one command may bring
};

/// Throws Error(corrupt) on what is no IMAP or is beyond a limit; the stream cannot be used any further then.
class Reader {
 public:
  explicit Reader(Input& input, const WireLimits& limits = {});

  /// A new command: the limit on bytes outside mails starts anew.
  void renew_allowance() noexcept { allowance_ = limits_.outside; }

  char peek() {
    if (position_ == end_) fill();
    return buffer_[position_];
  }
  char take() {
    const char c = peek();
    ++position_;
    if (allowance_-- == 0) too_much();
    return c;
  }
  void expect(char wanted);
  bool take_if(char wanted);
  bool at_line_end() { return peek() == '\r' || peek() == '\n'; }

  /// What stands before a blank, parenthesis, quote, brace or line end. May be empty.
  std::string word() { return run(true); }
  /// The same, ended by a bracket too: response codes, and names before a section.
  std::string atom() { return run(false); }
  /// Digits; throws when there is none or the value is over `max`.
  std::uint64_t number(std::uint64_t max);
  std::uint32_t number32() { return static_cast<std::uint32_t>(number(UINT32_MAX)); }
  /// A word, a quoted string or a literal (astring, but any byte that is no delimiter may stand in the word).
  std::string astring();
  /// The same, with NIL as nothing.
  std::optional<std::string> nstring();
  /// The bytes between quotes, the opening one not yet taken.
  std::string quoted();
  /// "{123}", "{123+}" or "~{123}" and the line end; then that many bytes follow.
  std::uint64_t literal_size();
  /// Reads a literal of `size` bytes, of which the first `keep` are appended to `into`. Memory grows as bytes come.
  void literal(std::uint64_t size, std::uint64_t keep, std::string& into);
  /// The same up to WireLimits::string, for strings that are no mail.
  std::string short_literal();
  /// Reads over one value: a word, string, literal, or a list of such at any depth.
  void skip_value();
  /// Reads over what is left of a response, literals included, and its line end.
  void skip_rest();
  /// The text up to the line end, and that. No literal is looked for.
  std::string text_line();
  void line_end();

  /// Whether a line end is in the buffer, after filling it with what is there; never waits.
  bool line_is_here();

 private:
  void fill();
  std::string run(bool brackets);
  void spend(std::uint64_t octets);
  void skip_word();
  void skip_literal();
  static bool announces_literal(std::string_view tail, std::uint64_t& size);
  [[noreturn]] void too_much() const;

  static constexpr std::size_t kBuffer = std::size_t{16} * 1024;  // a TLS record
  Input& input_;
  WireLimits limits_;
  std::unique_ptr<char[]> buffer_;
  std::size_t position_ = 0;
  std::size_t end_ = 0;
  std::uint64_t allowance_;
};

}  // namespace poller::imap
