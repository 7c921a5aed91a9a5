#include "mailbox/imap/wire_response.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace poller::imap {
namespace {

constexpr std::size_t kCodeArguments = std::size_t{16} * 1024;  // kept; COPYUID may be long, and means nothing to us

std::string upper_case(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), text::upper);
  return word;
}

std::optional<Status> status_of(std::string_view word) {
  if (word == "OK") return Status::ok;
  if (word == "NO") return Status::no;
  if (word == "BAD") return Status::bad;
  if (word == "BYE") return Status::bye;
  if (word == "PREAUTH") return Status::preauth;
  return std::nullopt;
}

// Behind the status word: [SP] ["[" code [SP arguments] "]"] [SP] text CRLF.
StatusLine read_status_line(Reader& reader, Status status) {
  StatusLine out;
  out.status = status;
  reader.take_if(' ');
  if (reader.take_if('[')) {
    out.code = upper_case(reader.atom());
    reader.take_if(' ');
    while (!reader.at_line_end() && reader.peek() != ']') {
      const char c = reader.take();
      if (out.arguments.size() < kCodeArguments) out.arguments += c;
    }
    reader.take_if(']');
    reader.take_if(' ');
  }
  out.text = reader.text_line();
  return out;
}

void read_numbers(Reader& reader, std::vector<std::uint32_t>& numbers) {
  while (!reader.at_line_end()) {
    while (reader.take_if(' ')) {
    }
    if (reader.peek() == '(') {  // "(MODSEQ 917162500)"
      reader.skip_value();
    } else if (!reader.at_line_end()) {
      numbers.push_back(reader.number32());
    }
  }
  reader.line_end();
}

ListedFolder read_folder(Reader& reader) {
  ListedFolder out;
  reader.expect(' ');
  reader.expect('(');
  while (!reader.take_if(')')) {
    if (reader.take_if(' ')) continue;
    std::string attribute = reader.word();
    if (attribute.empty()) throw Error(ErrorKind::corrupt, "the IMAP server's folder list cannot be read");
    if (out.attributes.size() < 50) out.attributes.push_back(std::move(attribute));
  }
  reader.expect(' ');
  if (const auto separator = reader.nstring(); separator && !separator->empty()) out.separator = separator->front();
  reader.expect(' ');
  out.name = reader.astring();
  reader.skip_rest();  // extended data (RFC 5258), or the rest of a name that should have been quoted
  return out;
}

void read_numbered(Reader& reader, const BodyLimits& limits, Response& out) {
  out.number = reader.number32();
  reader.expect(' ');
  out.word = upper_case(reader.atom());
  if (out.word == "FETCH") {
    out.kind = Response::Kind::fetch;
    reader.expect(' ');
    out.item = read_fetch_item(reader, limits);
    reader.line_end();
    return;
  }
  if (out.word == "EXISTS")
    out.kind = Response::Kind::exists;
  else if (out.word == "EXPUNGE")
    out.kind = Response::Kind::expunge;
  else
    out.kind = Response::Kind::other;
  reader.skip_rest();
}

void read_named(Reader& reader, Response& out) {
  out.word = upper_case(reader.atom());
  if (const auto status = status_of(out.word)) {
    out.kind = Response::Kind::status;
    out.line = read_status_line(reader, *status);
  } else if (out.word == "CAPABILITY") {
    out.kind = Response::Kind::capability;
    while (!reader.at_line_end()) {
      if (reader.take_if(' ')) continue;
      std::string word = upper_case(reader.word());
      if (word.empty())
        reader.take();  // a delimiter that has no business here
      else if (out.words.size() < 500)
        out.words.push_back(std::move(word));
    }
    reader.line_end();
  } else if (out.word == "SEARCH") {
    out.kind = Response::Kind::search;
    read_numbers(reader, out.numbers);
  } else if (out.word == "LIST") {
    out.kind = Response::Kind::list;
    out.folder = read_folder(reader);
  } else {
    out.kind = Response::Kind::other;
    reader.skip_rest();
  }
}

Response stray(std::string begin, Reader& reader) {
  Response out;
  out.line.text = std::move(begin) + reader.text_line();
  return out;
}

Response read_tagged(Reader& reader) {
  Response out;
  out.tag = reader.atom();
  if (out.tag.empty() || reader.peek() != ' ') return stray(std::move(out.tag), reader);
  reader.take();
  const std::string word = reader.atom();
  const auto status = status_of(upper_case(word));
  if (!status || *status == Status::bye || *status == Status::preauth) return stray(out.tag + " " + word, reader);
  out.kind = Response::Kind::tagged;
  out.line = read_status_line(reader, *status);
  return out;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> out;
  for (const auto word : text::split(text, ' ')) {
    if (!word.empty()) out.push_back(upper_case(std::string(word)));
  }
  return out;
}

Response read_response(Reader& reader, const BodyLimits& limits) {
  Response out;
  if (reader.take_if('+')) {
    reader.take_if(' ');
    out.kind = Response::Kind::continuation;
    out.line.text = reader.text_line();
    return out;
  }
  if (!reader.take_if('*')) return read_tagged(reader);
  if (!reader.take_if(' ')) return stray("*", reader);
  if (text::is_digit(reader.peek())) {
    read_numbered(reader, limits, out);
  } else {
    read_named(reader, out);
  }
  return out;
}

}  // namespace poller::imap
