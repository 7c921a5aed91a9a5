// What a signal is worth in whose hand: the table of docs/threading.md, as data. A test holds the two against each
// other.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace poller {

/// What in a mail names a ticket, strongest first.
enum class ThreadSignal : std::uint8_t {
  keyed_id,      // one of our own Message-IDs, its key verified, in In-Reply-To or References
  keyed_mark,    // the same in a plus-address or in the text
  stored_id,     // a Message-ID of a stored mail, or one that accepted mails referred to
  thread_index,  // the conversation of Outlook's Thread-Index
  number,        // a ticket's number in the subject, in the form of its queue
  plain_mark,    // the same in a plus-address, which anybody can write
  same_subject,  // the requester's own subject, within the queue's window
};

enum class SenderRole : std::uint8_t { requester, participant, agent, stranger };

/// What the receiving service says of the sender.
enum class SenderTrust : std::uint8_t { pass, none, fail };

enum class ThreadAction : std::uint8_t { join, join_and_flag, new_linked };

struct TrustRow {
  SenderTrust trust;
  ThreadSignal signal;
  std::array<ThreadAction, 4> by_role;  // in the order of SenderRole
};

/// Every combination, in the order of the document.
std::span<const TrustRow> trust_table() noexcept;

ThreadAction action_for(SenderTrust trust, ThreadSignal signal, SenderRole role) noexcept;

/// The words of the document, the decision record and `explain`.
const char* to_string(ThreadSignal signal) noexcept;  // "keyed Message-ID", "number in the subject", …
const char* to_string(SenderRole role) noexcept;      // "requester", "participant", "agent", "stranger"
const char* to_string(SenderTrust trust) noexcept;    // "pass", "none", "fail": also what rules compare with
const char* to_string(ThreadAction action) noexcept;  // "join", "join and flag", "new, linked"

}  // namespace poller
