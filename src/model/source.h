// Where a mail was found: the key of the ledger.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace poller {

/// Identifies one mail on one server for ever. IMAP: folder, uidvalidity, uid (RFC 9051 section 2.3.1.1).
/// POP3: uidl (RFC 1939 section 7). Directory: uidl holds the file's path below the folder, for a Maildir without its
/// flags. Replay: mailbox and folder "replay", uidl the SHA-256 of the bytes.
struct SourceKey {
  std::string mailbox;  // the configured name
  std::string folder;
  std::uint32_t uidvalidity = 0;
  std::uint32_t uid = 0;
  std::string uidl;

  auto operator<=>(const SourceKey&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 is wrong here
};

}  // namespace poller
