// What can go wrong on a connection: filters for a Proxy.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proxy.h"

namespace poller::support {

enum class Direction { to_client, to_server };

struct Fault {
  enum class Kind { none, cut, reset, stall, garble };
  Kind kind = Kind::none;
  Direction direction = Direction::to_client;
  std::size_t at = 0;                  // bytes that pass whole before it happens; garble flips the one after
  std::size_t slice = 0;               // > 0: what passes, in both directions, goes on in pieces of so many bytes,
  std::chrono::milliseconds delay{0};  // with this before each
};

class FaultFilter : public Filter {
 public:
  explicit FaultFilter(const Fault& fault) : fault_(fault) {}
  Passage from_client(std::string_view bytes) override;
  Passage from_server(std::string_view bytes) override;

 private:
  Passage pass(std::string_view bytes, Direction direction);

  Fault fault_;
  std::size_t passed_ = 0;  // in the fault's direction
};

enum class LineFault { stall, slice, delay };

/// Line number `at` of a conversation, whoever says it, never comes (and nothing after it), comes byte by byte, or
/// late.
class LineFaultFilter : public Filter {
 public:
  LineFaultFilter(std::size_t at, LineFault fault) : at_(at), fault_(fault) {}
  Passage from_client(std::string_view bytes) override { return pass(bytes, Direction::to_server); }
  Passage from_server(std::string_view bytes) override { return pass(bytes, Direction::to_client); }

 private:
  Passage pass(std::string_view bytes, Direction direction);

  std::size_t at_;
  LineFault fault_;
  std::size_t lines_ = 0;  // seen so far
};

/// IMAP seen unit by unit: a command line of the client, a whole response of the server with its literals. A hook that
/// gives nothing lets the unit pass; else what it gives goes on instead.
class ImapFilter : public Filter {
 public:
  using Hook = std::function<std::optional<Passage>(const std::string& unit)>;
  ImapFilter(Hook on_command, Hook on_response)
      : on_command_(std::move(on_command)), on_response_(std::move(on_response)) {}
  Passage from_client(std::string_view bytes) override;
  Passage from_server(std::string_view bytes) override;

 private:
  Hook on_command_, on_response_;
  std::string commands_, responses_;  // units begun
  std::size_t scanned_ = 0;           // of responses_, known to hold no end of the unit
};

/// The tag of an IMAP command line.
std::string tag_of(const std::string& command);
/// The command's word in upper case; "UID FETCH" and the like as two.
std::string word_of(const std::string& command);

}  // namespace poller::support
