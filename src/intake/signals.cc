#include "intake/signals.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "intake/number_form.h"
#include "intake/remember.h"
#include "parsers/addresses.h"
#include "parsers/subject_base.h"
#include "storage/outbox.h"
#include "threading/home.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller {
namespace {

constexpr std::size_t kMostOfAKind = 200;  // signals: those that lead nowhere are a kind of their own
constexpr std::size_t kMostBroken = 20;
constexpr std::size_t kMostMarks = 20;            // looked at in one text
constexpr std::size_t kLongestMark = 80;          // our ids are shorter
constexpr std::size_t kConversationBytes = 22;    // of Thread-Index: what all mails of a conversation share
constexpr std::size_t kMostRecipients = 100;      // looked at for plus-addresses
constexpr std::int64_t kMostSubjectTickets = 20;  // of the requester, looked at for the same subject
constexpr std::string_view kIdPrefix = "poller.";

class SignalFinder {
 public:
  SignalFinder(Store& store, const config::Config& config, const Processed& processed)
      : store_(store), config_(config), mail_(processed.mail), processed_(processed) {}

  std::vector<FoundSignal> find() {
    const auto ids = pointed_to();
    add_keyed_ids(ids);
    add_text_marks();
    add_plus_addresses();
    add_stored_ids(ids);
    add_conversation();
    add_numbers();
    add_same_subject();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const FoundSignal& a, const FoundSignal& b) { return a.signal < b.signal; });
    return std::move(found_);
  }

 private:
  // What is made up crowds out nothing true, nor one kind another.
  void add(FoundSignal found) {
    std::size_t same_kind = 0;
    for (const FoundSignal& other : found_) {
      if (other.signal == found.signal && other.value == found.value && other.ticket == found.ticket) return;
      if (found.broken.empty() ? other.signal == found.signal && other.late == found.late : !other.broken.empty())
        ++same_kind;
    }
    if (same_kind < (found.broken.empty() ? kMostOfAKind : kMostBroken)) found_.push_back(std::move(found));
  }

  // The keys are read when something looks like ours.
  std::optional<MessageToken> read(const std::string& id) {
    if (!ring_) ring_ = load_key_ring(store_);
    return ring_ ? read_message_id(*ring_, id) : std::nullopt;
  }

  // In-Reply-To and References, newest first: the mail that is answered stands before what that one answered.
  [[nodiscard]] std::vector<std::string> pointed_to() const {
    std::vector<std::string> ids;
    std::set<std::string> seen;
    const auto take = [&](const std::string& id) {
      if (seen.insert(id).second) ids.push_back(id);
    };
    for (const auto& id : mail_.in_reply_to) take(id);
    for (auto it = mail_.references.rbegin(); it != mail_.references.rend(); ++it) take(*it);
    return ids;
  }

  void add_keyed(ThreadSignal signal, const std::string& id, const std::string& value, std::size_t distance = 0) {
    const auto token = read(id);
    if (!token) {
      add({signal, value, 0, {}, false, "it looks like one of ours, but no key of ours made it"});
      return;
    }
    const TicketId ticket = home_of(store_, id, *token);
    if (ticket == 0 || !store_.ticket(ticket)) {
      add({signal, value, 0, {}, false, "it is ours, but names no ticket"});
      return;
    }
    add({signal, value, ticket, {}, false, {}, distance});
  }

  // In-Reply-To may name several.
  [[nodiscard]] std::size_t distance_of(std::size_t place) const {
    const std::size_t direct = mail_.in_reply_to.empty() ? 0 : mail_.in_reply_to.size() - 1;
    return place <= direct ? 0 : place - direct;
  }

  void add_keyed_ids(const std::vector<std::string>& ids) {
    // A report names the mail that it is about inside itself.
    const Verdict& verdict = processed_.verdict;
    const auto& reported = verdict.bounce ? verdict.bounce->original_message_id : verdict.reported_message_id;
    if (reported && may_be_ours(*reported)) add_keyed(ThreadSignal::keyed_id, *reported, "<" + *reported + ">");
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (may_be_ours(ids[i])) add_keyed(ThreadSignal::keyed_id, ids[i], "<" + ids[i] + ">", distance_of(i));
    }
  }

  void add_text_marks() {
    const std::string_view text = mail_.text;
    std::size_t at = text::ifind(text, kIdPrefix);
    for (std::size_t n = 0; n < kMostMarks && at != std::string_view::npos;) {
      std::size_t end = at;
      while (end < text.size() && end - at < kLongestMark && (text::is_alnum(text[end]) || text[end] == '.')) ++end;
      std::string mark(text.substr(at, end - at));
      while (mark.ends_with('.')) mark.pop_back();
      const bool is_mark = std::count(mark.begin(), mark.end(), '.') == 4;  // as in "poller.c.17.5.MAC"
      n += is_mark ? 1 : 0;
      if (is_mark && read(mark + "@")) add_keyed(ThreadSignal::keyed_mark, mark + "@", mark);
      at = text::ifind(text, kIdPrefix, end);
    }
  }

  void add_plus_addresses() {
    std::vector<Address> recipients = mail_.to;
    recipients.insert(recipients.end(), mail_.cc.begin(), mail_.cc.end());
    for (const Field& field : mail_.fields) {
      if (!text::iequals(field.name, "Delivered-To") && !text::iequals(field.name, "X-Original-To")) continue;
      for (auto& address : parse_addresses(field.value, 5)) recipients.push_back(std::move(address));
    }
    if (recipients.size() > kMostRecipients) recipients.resize(kMostRecipients);
    for (const auto& recipient : recipients) add_plus_address(recipient.address);
  }

  void add_plus_address(const std::string& address) {
    const auto plus = address.find('+');
    const auto at = address.rfind('@');
    if (plus == std::string::npos || at == std::string::npos || plus == 0 || plus > at) return;
    if (!config::is_own_address(config_, address.substr(0, plus) + address.substr(at))) return;
    const std::string mark = address.substr(plus + 1, at - plus - 1);
    if (may_be_ours(mark)) {
      add_keyed(ThreadSignal::keyed_mark, mark + "@", address);
    } else if (const auto ticket = store_.ticket_by_number(mark)) {
      add({ThreadSignal::plain_mark, address, store_.follow_merges(ticket->id), {}, false, {}});
    }
  }

  void add_stored_ids(const std::vector<std::string>& ids) {
    std::size_t place = 0;  // the hits come in the order of the ids
    for (const auto& hit : store_.find_thread(ids)) {
      while (place < ids.size() && ids[place] != hit.message_id) ++place;
      if (is_keyed_to(hit)) continue;
      add({ThreadSignal::stored_id,
           "<" + hit.message_id + ">",
           store_.follow_merges(hit.ticket),
           hit.message,
           false,
           {},
           distance_of(place)});
    }
    if (!mail_.message_id) return;
    for (const auto& hit : store_.find_thread(std::span(&*mail_.message_id, 1))) {
      if (hit.message) continue;
      add({ThreadSignal::stored_id, "<" + hit.message_id + ">", store_.follow_merges(hit.ticket), {}, true, {}});
    }
  }

  [[nodiscard]] bool is_keyed_to(const ThreadHit& hit) const {
    return std::any_of(found_.begin(), found_.end(), [&](const FoundSignal& f) {
      return f.signal == ThreadSignal::keyed_id && f.ticket != 0 && f.value == "<" + hit.message_id + ">";
    });
  }

  void add_conversation() {
    const auto key = conversation_key(mail_);
    if (!key) return;
    for (const auto& hit : store_.find_thread(std::span(&*key, 1))) {
      add({ThreadSignal::thread_index,
           key->substr(key->rfind(' ') + 1),
           store_.follow_merges(hit.ticket),
           {},
           false,
           {}});
    }
  }

  void add_numbers() {
    std::set<std::string> forms;
    for (const auto& queue : config_.queues) {
      if (!forms.insert(queue.number).second) continue;
      for (const auto& number : numbers_in(mail_.subject, queue.number)) {
        if (const auto ticket = store_.ticket_by_number(number)) {
          add({ThreadSignal::number, number, store_.follow_merges(ticket->id), {}, false, {}});
        }
      }
    }
  }

  void add_same_subject() {
    const config::Queue* queue = config::find_queue(config_, processed_.queue);
    if (queue == nullptr || !queue->same_subject_within || !mail_.from) return;
    // So a ticket is called whose mail had no subject.
    if (mail_.subject_base.empty() || text::iequals(mail_.subject_base, "(no subject)")) return;
    TicketFilter filter;
    filter.queue = queue->name;
    filter.requester = mail_.from->address;
    filter.since = processed_.received_at - queue->same_subject_within->count();
    filter.limit = kMostSubjectTickets;
    store_.for_each_ticket(filter, [&](const Ticket& ticket) {
      if (ticket.merged_into || !text::iequals(subject_base(ticket.subject), mail_.subject_base)) return;
      if (is_distrusted(store_, ticket.id)) return;  // who opened it was not who he said
      add({ThreadSignal::same_subject, mail_.subject_base, ticket.id, {}, false, {}});
    });
  }

  Store& store_;
  const config::Config& config_;
  const Mail& mail_;
  const Processed& processed_;
  std::optional<KeyRing> ring_;
  std::vector<FoundSignal> found_;
};

}  // namespace

std::optional<std::string> conversation_key(const Mail& mail) {
  const Field* field = find_field(mail.fields, "Thread-Index");
  if (field == nullptr) return std::nullopt;
  std::string encoded;
  for (const char c : field->value) {
    if (!text::is_space(c)) encoded += c;
  }
  std::string bytes;
  if (!text::base64_decode(encoded, bytes) || bytes.size() < kConversationBytes) return std::nullopt;
  return " thread-index " + text::hex(std::string_view(bytes).substr(0, kConversationBytes));
}

std::vector<FoundSignal> find_signals(Store& store, const config::Config& config, const Processed& processed) {
  return SignalFinder(store, config, processed).find();
}

}  // namespace poller
