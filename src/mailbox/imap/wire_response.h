// What a server says, a response at a time (RFC 9051 section 7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "mailbox/imap/wire_reader.h"

namespace poller::imap {

enum class Status { ok, no, bad, bye, preauth };

/// "OK [CODE arguments] text".
struct StatusLine {
  Status status = Status::ok;
  std::string code;       // upper case, without brackets; may be empty
  std::string arguments;  // of the code
  std::string text;       // for people, raw
};

struct FetchItem {
  enum class Body {
    none,
    whole,   // all of BODY[]
    header,  // BODY[HEADER]
    cut,     // BODY[] was larger than the limit: its first bytes
  };
  std::uint32_t uid = 0;  // 0: not told
  std::optional<bool> seen;
  std::optional<UnixTime> internal_date;
  std::optional<std::uint64_t> size;  // RFC822.SIZE
  Body kind = Body::none;
  std::string body;
  std::uint64_t body_size = 0;  // what the literal announced
};

struct ListedFolder {
  std::vector<std::string> attributes;  // "\\Sent", "\\Noselect"
  char separator = '\0';                // NUL: none
  std::string name;                     // as it came, not decoded
};

struct Response {
  enum class Kind {
    continuation,  // line.text
    tagged,        // tag, line
    status,        // line
    capability,    // words
    search,        // numbers
    list,          // folder
    exists,        // number
    expunge,       // number
    fetch,         // number, item
    other,         // word: anything that means nothing to us, read over
    stray,         // line.text: no IMAP at all
  };
  Kind kind = Kind::stray;
  std::string tag;
  std::string word;
  std::uint32_t number = 0;
  StatusLine line;
  std::vector<std::string> words;
  std::vector<std::uint32_t> numbers;
  ListedFolder folder;
  FetchItem item;
};

/// How much of a mail is taken.
struct BodyLimits {
  std::uint64_t whole = 35'000'000;                  // a longer BODY[] is kept up to `header`, the rest is read over
  std::uint64_t header = std::uint64_t{512} * 1024;  // kept of a header block, and of a mail that is too long
  std::uint64_t readable = std::uint64_t{1} << 30;   // nobody reads over more than that: Error(corrupt)
};

/// Reads the next response. Throws as Reader does.
Response read_response(Reader& reader, const BodyLimits& limits);

/// The part of it that comes with "* n FETCH" (wire_fetch.cc).
FetchItem read_fetch_item(Reader& reader, const BodyLimits& limits);

/// The words of a capability list, upper case.
std::vector<std::string> split_words(std::string_view text);

}  // namespace poller::imap
