// What is in the maildrop: LIST and UIDL (RFC 1939 sections 5 and 7). Numbers hold for one session only and their order
// says nothing; a mail is known by its unique-id.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mailbox/pop3/session.h"

namespace poller::pop3 {

struct Entry {
  std::uint32_t number = 0;  // of this session
  std::uint64_t size = 0;    // LIST's; 0: not told
  std::string uidl;          // for the second of two mails with one unique-id: "ID#2", for the third "ID#3"
  bool is_odd = false;       // the server gave no unique-id that can be used as it is
};

/// Throws Error(configuration) for a server without UIDL, unless `by_hash`: then every mail is read, and its SHA-256
/// ("sha256:HEX") is its name. A unique-id that is none by RFC 1939 is replaced by its own SHA-256 in the same form; a
/// mail that has none at all is read for its hash.
std::vector<Entry> list_maildrop(Session& session, bool by_hash);

}  // namespace poller::pop3
