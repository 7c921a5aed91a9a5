// Mails, in batches with the next asked for before the last has come.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mailbox/imap/session.h"

namespace poller::imap {

struct FetchPlan {
  std::size_t batch_mails = 50;
  std::uint64_t batch_bytes = std::uint64_t{8} * 1024 * 1024;
  std::size_t in_flight = 2;        // batches of mails
  std::size_t sizes_at_once = 500;  // in one command, which must stay below kCommandOctets: at most 700
  std::uint64_t max_size = 35'000'000;
};

struct WantedMail {
  std::uint32_t uid = 0;
  std::uint64_t size = 0;  // RFC822.SIZE; 0: to be asked
};

/// Takes a mail; false stops asking for more.
using OnMail = std::function<bool(FetchItem&&)>;

/// One fetch, from the first size asked to the last mail handed over. A mail that the server does not give (gone
/// meanwhile, or Exchange's OK without data) is not handed over.
class Fetch {
 public:
  Fetch(Session& session, const FetchPlan& plan, OnMail on_mail);
  void run(std::span<const WantedMail> mails);

 private:
  enum class What { sizes, mails, headers };
  struct Batch {
    What what = What::mails;
    std::vector<std::uint32_t> uids;
    std::uint64_t bytes = 0;
  };

  [[nodiscard]] bool is_oversized(std::uint64_t size) const;
  void ask_more();
  void ask_sizes();
  bool ask_mails();
  void ask(Batch batch);
  void ask_alone(const Batch& refused, const StatusLine& line);
  void take(FetchItem&& item);
  void take_size(const FetchItem& item);
  void take_mail(FetchItem&& item);
  void finished(const std::string& tag, const StatusLine& line);

  Session& session_;
  FetchPlan plan_;
  OnMail on_mail_;
  std::deque<std::uint32_t> unsized_;
  std::deque<WantedMail> ready_;           // size known, not yet asked for
  std::map<std::string, Batch> pending_;   // by tag
  std::map<std::uint32_t, What> awaited_;  // mails and headers asked for
  std::set<std::uint32_t> awaited_sizes_;
  std::deque<Batch> again_;  // batches of one, after a larger one was refused
  std::uint64_t bytes_in_flight_ = 0;
  std::uint64_t unasked_ = 0;  // mails that came though nobody had asked
  std::size_t batches_in_flight_ = 0;
  bool stopped_ = false;
};

}  // namespace poller::imap
