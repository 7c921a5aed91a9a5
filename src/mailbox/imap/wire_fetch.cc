// FETCH data (RFC 9051 section 7.5.2): the only response that carries mails.
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "mailbox/imap/wire_date.h"
#include "mailbox/imap/wire_response.h"

namespace poller::imap {
namespace {

constexpr std::size_t kSectionName = 4096;
constexpr UnixTime kFirstDay = 24 * 3600;

void read_flags(Reader& reader, FetchItem& item) {
  item.seen = false;
  reader.expect('(');
  while (!reader.take_if(')')) {
    if (reader.take_if(' ')) continue;
    const std::string flag = reader.word();
    if (flag.empty()) throw Error(ErrorKind::corrupt, "the IMAP server's list of flags cannot be read");
    if (text::iequals(flag, "\\Seen")) item.seen = true;
  }
}

// Behind BODY: "[" section "]" ["<" origin ">"].
std::string read_section(Reader& reader) {
  reader.expect('[');
  std::string section;
  while (reader.peek() != ']') {
    if (section.size() >= kSectionName || reader.at_line_end()) {
      throw Error(ErrorKind::corrupt, "the IMAP server's name of a mail's section does not end");
    }
    section += text::upper(reader.take());
  }
  reader.take();
  if (reader.peek() == '<') reader.atom();
  return section;
}

void read_body(Reader& reader, const BodyLimits& limits, FetchItem& item) {
  const bool is_header = text::istarts_with(read_section(reader), "HEADER");
  reader.expect(' ');
  item.body.clear();
  item.kind = is_header ? FetchItem::Body::header : FetchItem::Body::whole;
  if (reader.peek() != '{' && reader.peek() != '~') {
    auto text = reader.nstring();
    if (!text) item.kind = FetchItem::Body::none;
    item.body = std::move(text).value_or("");
    item.body_size = item.body.size();
    return;
  }
  item.body_size = reader.literal_size();
  if (item.body_size > limits.readable) {
    throw Error(ErrorKind::corrupt,
                fmt::format("the IMAP server announces a mail of {} bytes (UID {})", item.body_size, item.uid),
                "No mail is that large; nothing was read of it.");
  }
  const bool too_long = item.body_size > (is_header ? limits.header : limits.whole);
  if (too_long && !is_header) item.kind = FetchItem::Body::cut;
  reader.literal(item.body_size, too_long ? limits.header : item.body_size, item.body);
}

void read_attribute(Reader& reader, const BodyLimits& limits, FetchItem& item) {
  const std::string name = reader.atom();
  if (text::iequals(name, "BODY") && reader.peek() == '[') {
    read_body(reader, limits, item);
    return;
  }
  reader.expect(' ');
  if (text::iequals(name, "UID")) {
    item.uid = reader.number32();
  } else if (text::iequals(name, "FLAGS")) {
    read_flags(reader, item);
  } else if (text::iequals(name, "RFC822.SIZE")) {
    item.size = reader.number(UINT64_MAX);
  } else if (text::iequals(name, "INTERNALDATE")) {
    item.internal_date = parse_internal_date(reader.nstring().value_or(""));
    // Mailutils tells the epoch, in any zone, where it does not know when a mail came.
    if (item.internal_date && *item.internal_date < kFirstDay) item.internal_date.reset();
  } else {
    reader.skip_value();
  }
}

}  // namespace

FetchItem read_fetch_item(Reader& reader, const BodyLimits& limits) {
  FetchItem item;
  reader.expect('(');
  while (!reader.take_if(')')) {
    if (reader.take_if(' ')) continue;
    read_attribute(reader, limits, item);
  }
  return item;
}

}  // namespace poller::imap
