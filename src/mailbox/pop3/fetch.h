// Mails by RETR, the headers of oversized ones by TOP; several in flight where the server takes commands in advance.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>

#include "mailbox/pop3/listing.h"
#include "mailbox/pop3/session.h"

namespace poller::pop3 {

struct FetchedMail {
  Entry entry;
  std::string bytes;
  bool complete = true;
  std::uint64_t size = 0;  // as read, or as listed where only the headers were read
};

/// Takes a mail; false stops asking for more.
using OnMail = std::function<bool(FetchedMail&&)>;

/// A mail that the server does not give is not handed over.
class Fetch {
 public:
  Fetch(Session& session, std::uint64_t max_size, OnMail on_mail);
  void run(std::span<const Entry> mails);

 private:
  [[nodiscard]] bool is_oversized(const Entry& entry) const;
  void ask_more();
  void take(const Entry& entry);

  Session& session_;
  std::uint64_t max_size_;
  OnMail on_mail_;
  std::size_t window_;  // commands in advance
  std::span<const Entry> left_;
  std::deque<Entry> asked_;
  std::uint64_t bytes_in_flight_ = 0;
  bool stopped_ = false;
};

}  // namespace poller::pop3
