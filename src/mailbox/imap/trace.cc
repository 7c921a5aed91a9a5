#include "mailbox/imap/trace.h"

#include <fmt/format.h>

namespace poller::imap {
namespace {

const char* status_word(Status status) {
  switch (status) {
    case Status::ok:
      return "OK";
    case Status::no:
      return "NO";
    case Status::bad:
      return "BAD";
    case Status::bye:
      return "BYE";
    case Status::preauth:
      return "PREAUTH";
  }
  return "OK";
}

std::string status_text(const StatusLine& line) {
  std::string code;
  if (!line.code.empty()) code = "[" + line.code + (line.arguments.empty() ? "" : " " + line.arguments) + "] ";
  return fmt::format("{} {}{}", status_word(line.status), code, line.text);
}

std::string fetch_text(const Response& r) {
  return fmt::format("* {} FETCH (UID {}{}{}{})", r.number, r.item.uid,
                     r.item.seen ? (*r.item.seen ? " FLAGS (… \\Seen)" : " FLAGS (…)") : "",
                     r.item.size ? fmt::format(" RFC822.SIZE {}", *r.item.size) : "",
                     r.item.kind == FetchItem::Body::none ? "" : fmt::format(" BODY {{{}}} …", r.item.body_size));
}

}  // namespace

std::string trace_text(const Response& r, bool challenges) {
  switch (r.kind) {
    case Response::Kind::continuation:
      return "+ " + (challenges && !r.line.text.empty() ? "****" : r.line.text);
    case Response::Kind::tagged:
      return r.tag + " " + status_text(r.line);
    case Response::Kind::status:
      return "* " + status_text(r.line);
    case Response::Kind::capability: {
      std::string out = "* CAPABILITY";
      for (const auto& word : r.words) out += " " + word;
      return out;
    }
    case Response::Kind::search:
      return fmt::format("* SEARCH ({} numbers)", r.numbers.size());
    case Response::Kind::list:
      return "* LIST " + r.folder.name;
    case Response::Kind::exists:
      return fmt::format("* {} EXISTS", r.number);
    case Response::Kind::expunge:
      return fmt::format("* {} EXPUNGE", r.number);
    case Response::Kind::fetch:
      return fetch_text(r);
    case Response::Kind::other:
      return fmt::format("* {} …", r.word);
    case Response::Kind::stray:
      return r.line.text;
  }
  return {};
}

}  // namespace poller::imap
