#include "mailbox/pop3/listing.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "base/repeated.h"
#include "base/text.h"
#include "lib/openssl/digest.h"
#include "mailbox/pop3/refusal.h"

namespace poller::pop3 {
namespace {

constexpr const char* kNotGiven = "pop3 not given";  // topic of log::to_be_said()
constexpr std::size_t kUniqueId = 250;               // characters; RFC 1939 says 70

// "12 3456" or "12 whqtswO00WBw418f9t5JxYwZ": the number, and what stands behind it. False for a line without a number.
bool split_entry(std::string_view line, std::uint32_t& number, std::string_view& rest) {
  const auto blank = std::min(line.find(' '), line.size());
  std::uint64_t value = 0;
  if (!text::parse_uint(line.substr(0, blank), value) || value == 0 || value > UINT32_MAX) return false;
  number = static_cast<std::uint32_t>(value);
  rest = text::trim(line.substr(blank));
  return true;
}

std::map<std::uint32_t, std::uint64_t> read_sizes(Session& session) {
  std::map<std::uint32_t, std::uint64_t> sizes;
  session.lines([&](std::string_view line) {
    std::uint32_t number = 0;
    std::string_view rest;
    std::uint64_t size = 0;
    if (!split_entry(line, number, rest)) return;
    if (!text::parse_uint(rest.substr(0, rest.find(' ')), size)) size = 0;
    sizes[number] = size;
  });
  return sizes;
}

bool is_unique_id(std::string_view id) {
  return !id.empty() && id.size() <= kUniqueId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string hash_name(std::string_view of) { return "sha256:" + sha256_hex(of); }

// Takes from `sizes` the mails that the server names.
std::vector<Entry> read_unique_ids(Session& session, std::map<std::uint32_t, std::uint64_t>& sizes) {
  std::vector<Entry> out;
  session.lines([&](std::string_view line) {
    Entry entry;
    std::string_view id;
    if (!split_entry(line, entry.number, id) || id.empty()) return;
    const auto size = sizes.find(entry.number);
    if (size != sizes.end()) {
      entry.size = size->second;
      sizes.erase(size);
    }
    entry.is_odd = !is_unique_id(id);
    entry.uidl = entry.is_odd ? hash_name(id) : std::string(id);
    out.push_back(std::move(entry));
  });
  return out;
}

void hash_all(Session& session, const std::map<std::uint32_t, std::uint64_t>& sizes, std::vector<Entry>& out) {
  std::size_t refused = 0;
  std::string reason;
  for (const auto& [number, size] : sizes) {
    const Reply reply = session.ask("RETR " + std::to_string(number));
    if (reply.status != Reply::Status::ok) {
      const Error error = refusal(reply, "to give a mail", ErrorKind::permanent);
      if (error.kind() != ErrorKind::permanent) throw error;
      if (refused++ == 0) reason = error.what();
      continue;
    }
    std::string bytes;
    session.mail(UINT64_MAX, bytes);
    out.push_back({number, size, hash_name(bytes), true});
  }
  if (refused == 0) return;
  // Nothing is known of it that could be written into the ledger: the next pass asks again.
  const auto said = log::to_be_said(session.mailbox(), kNotGiven, reason);
  if (!said) return;
  log::warning("pop3: the server neither names nor gives mails", {{"mailbox", session.mailbox()},
                                                                  {"mails", refused},
                                                                  {"reason", reason},
                                                                  {"times", said->times},
                                                                  {"since", rfc3339(said->since)}});
}

// RFC 1939 section 7: two identical copies of a mail may have one unique-id. Both are looked at, and both deleted.
void tell_apart(std::vector<Entry>& entries) {
  std::map<std::string, int> count;
  for (auto& entry : entries) {
    const int n = ++count[entry.uidl];
    if (n > 1) entry.uidl += "#" + std::to_string(n);
  }
}

}  // namespace

std::vector<Entry> list_maildrop(Session& session, bool by_hash) {
  const bool at_once = session.can("PIPELINING");
  session.send("LIST");
  if (at_once) session.send("UIDL");
  const Reply list = session.reply();
  if (list.status != Reply::Status::ok) throw refusal(list, "to list its mails", ErrorKind::temporary);
  auto sizes = read_sizes(session);
  if (!at_once) session.send("UIDL");
  const Reply uidl = session.reply();
  std::vector<Entry> entries;
  if (uidl.status == Reply::Status::ok) {
    entries = read_unique_ids(session, sizes);
    hash_all(session, sizes, entries);  // a server that leaves some mails without a unique-id
  } else if (by_hash) {
    hash_all(session, sizes, entries);
  } else if (session.can("UIDL") || !uidl.code.empty()) {
    throw refusal(uidl, "to tell its mails' unique-ids", ErrorKind::temporary);
  } else {
    const Error error = refusal(uidl, "to tell its mails' unique-ids (UIDL)", ErrorKind::configuration);
    if (error.kind() != ErrorKind::configuration) throw error;
    throw Error(ErrorKind::configuration, error.what(),
                "Without them no mail is known again. Read the mailbox by IMAP, or set pop3_without_uidl: hash: then "
                "each pass reads all of its mails.");
  }
  tell_apart(entries);
  return entries;
}

}  // namespace poller::pop3
