// A mail as it came: its bytes, and what the server said about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "model/source.h"

namespace poller {

struct RawMail {
  SourceKey source;
  std::string bytes;
  std::string sha256;  // hex, of `bytes`; empty where nobody has computed it yet
  /// Whether `bytes` is the whole mail. False for what was over max_size: then it is the header block alone.
  bool complete = true;
  /// What the server said its size is (RFC822.SIZE is an estimate on Exchange), or bytes.size().
  std::uint64_t announced_size = 0;
  /// When it arrived: IMAP INTERNALDATE, else nothing.
  std::optional<UnixTime> received_at;
  bool seen = false;  // \Seen on the server when it was fetched
  std::string file;   // replay, inspect, directory: the path as given, with "#n" in an mbox
};

}  // namespace poller
