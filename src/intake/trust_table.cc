#include "intake/trust_table.h"

namespace poller {
namespace {

using enum ThreadAction;
using enum ThreadSignal;

constexpr std::array<ThreadAction, 4> kKnownAndFlagged{join, join, join, join_and_flag};
constexpr std::array<ThreadAction, 4> kKnownOnly{join, join, join, new_linked};
constexpr std::array<ThreadAction, 4> kRequesterOnly{join, new_linked, new_linked, new_linked};
constexpr std::array<ThreadAction, 4> kNobody{new_linked, new_linked, new_linked, new_linked};

constexpr TrustRow kTrustTable[] = {
    {SenderTrust::pass, keyed_id, kKnownAndFlagged},
    {SenderTrust::pass, keyed_mark, kKnownAndFlagged},
    {SenderTrust::pass, stored_id, kKnownAndFlagged},
    {SenderTrust::pass, thread_index, kKnownOnly},
    {SenderTrust::pass, number, kKnownOnly},
    {SenderTrust::pass, plain_mark, kKnownOnly},
    {SenderTrust::pass, same_subject, kRequesterOnly},
    {SenderTrust::none, keyed_id, kKnownAndFlagged},
    {SenderTrust::none, keyed_mark, kKnownAndFlagged},
    {SenderTrust::none, stored_id, kKnownAndFlagged},
    {SenderTrust::none, thread_index, kKnownOnly},
    {SenderTrust::none, number, kKnownOnly},
    {SenderTrust::none, plain_mark, kKnownOnly},
    {SenderTrust::none, same_subject, kRequesterOnly},
    {SenderTrust::fail, keyed_id, kNobody},
    {SenderTrust::fail, keyed_mark, kNobody},
    {SenderTrust::fail, stored_id, kNobody},
    {SenderTrust::fail, thread_index, kNobody},
    {SenderTrust::fail, number, kNobody},
    {SenderTrust::fail, plain_mark, kNobody},
    {SenderTrust::fail, same_subject, kNobody},
};

}  // namespace

std::span<const TrustRow> trust_table() noexcept { return kTrustTable; }

ThreadAction action_for(SenderTrust trust, ThreadSignal signal, SenderRole role) noexcept {
  for (const TrustRow& row : kTrustTable) {
    if (row.trust == trust && row.signal == signal) return row.by_role[static_cast<std::size_t>(role)];
  }
  return new_linked;
}

const char* to_string(ThreadSignal signal) noexcept {
  switch (signal) {
    case keyed_id:
      return "keyed Message-ID";
    case keyed_mark:
      return "keyed mark in address or text";
    case stored_id:
      return "stored Message-ID";
    case thread_index:
      return "Thread-Index";
    case number:
      return "number in the subject";
    case plain_mark:
      return "number in a plus-address";
    case same_subject:
      return "same subject";
  }
  return "";
}

const char* to_string(SenderRole role) noexcept {
  switch (role) {
    case SenderRole::requester:
      return "requester";
    case SenderRole::participant:
      return "participant";
    case SenderRole::agent:
      return "agent";
    case SenderRole::stranger:
      return "stranger";
  }
  return "";
}

const char* to_string(SenderTrust trust) noexcept {
  switch (trust) {
    case SenderTrust::pass:
      return "pass";
    case SenderTrust::none:
      return "none";
    case SenderTrust::fail:
      return "fail";
  }
  return "";
}

const char* to_string(ThreadAction action) noexcept {
  switch (action) {
    case join:
      return "join";
    case join_and_flag:
      return "join and flag";
    case new_linked:
      return "new, linked";
  }
  return "";
}

}  // namespace poller
