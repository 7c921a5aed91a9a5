// Whole conversations: mbox in, tickets out (tests/intake/trees; X-Ticket says which mails belong together), and the
// same conversation in any order.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <sstream>

#include "fake_mailbox.h"
#include "intake/commit.h"
#include "intake/inputs.h"
#include "letter.h"
#include "parsers/mime.h"

namespace poller {
namespace {

using test::Letter;

struct TreeWorld : test::World {
  TreeWorld() {
    mailbox().address = "support@contoso.com";
    mailbox().trust.authserv_id = "mx.contoso.com";
    config.queues.front().agents = {"dana@contoso.com"};
  }
};

Processed processed(std::string bytes) {
  RawMail raw;
  raw.bytes = std::move(bytes);
  Processed out = process_mail(std::move(raw), {});
  out.raw.source = {"box", "tree", 0, 0, out.mail.sha256};
  return out;
}

Placement put(Committer& committer, const std::string& bytes) {
  std::vector<Processed> group;
  group.push_back(processed(bytes));
  return committer.commit(std::move(group)).front().placement;
}

std::string field_of(const Mail& mail, const char* name) {
  const Field* field = find_field(mail.fields, name);
  return field == nullptr ? std::string() : field->value;
}

struct Placed {
  std::string file;
  std::string label;
  TicketId ticket = 0;
};

void change_before(Store& store, const Mail& mail, const std::map<std::string, TicketId>& tickets,
                   std::vector<Placed>& placed) {
  if (const std::string label = field_of(mail, "X-Close"); !label.empty()) {
    auto tx = store.begin();
    TicketUpdate update;
    update.status = "closed";
    tx->update_ticket(tickets.at(label), update, "test", 1);
    tx->commit();
  }
  if (std::istringstream labels(field_of(mail, "X-Merge")); labels.peek() != EOF) {
    std::string from, into;
    labels >> from >> into;
    auto tx = store.begin();
    tx->merge_tickets(tickets.at(from), tickets.at(into), "test", 1);
    tx->commit();
    for (auto& one : placed) {
      if (one.label == from) one.label = into;
    }
  }
}

void check_conversation(const std::filesystem::path& file) {
  CAPTURE(file.filename().string());
  TreeWorld w;
  Committer committer(*w.store, w.config, w.mailbox(), system_clock(), {});
  std::map<std::string, TicketId> tickets;  // of each label's first mail
  std::vector<Placed> placed;
  InputOptions options;
  options.sniff_mbox = true;
  const auto visit = [&](InputMail&& input) {
    CAPTURE(input.file);
    const Mail mail = parse_mail(input.bytes);
    change_before(*w.store, mail, tickets, placed);
    const Placement p = put(committer, input.bytes);
    REQUIRE(p.ticket);
    const std::string label = field_of(mail, "X-Ticket");
    tickets.emplace(label, *p.ticket);
    placed.push_back({input.file, label, *p.ticket});
    return true;
  };
  read_inputs({file.string()}, options, visit, [](const InputProblem& problem) { FAIL(problem.text); });
  // At the end, since a late mail may be what shows that two tickets are one.
  std::map<TicketId, std::string> labels;
  for (const auto& mail : placed) {
    const TicketId now = w.store->follow_merges(mail.ticket);
    CHECK_MESSAGE(now == w.store->follow_merges(tickets.at(mail.label)), mail.file, " belongs to ", mail.label);
    CHECK_MESSAGE(labels.emplace(now, mail.label).first->second == mail.label, mail.file, " is apart from others");
  }
  CHECK_FALSE(placed.empty());
}

// One requester's conversation: who answers whom, and how much each mail says of that.
struct Conversation {
  std::vector<int> parent;         // of each mail, -1 for the first
  std::vector<int> style;          // 0 all ancestors, 1 the parent alone, 2 the first and the parent, 3 none at all
  std::vector<bool> outlook = {};  // whether it bears Thread-Index
};

constexpr int kNeverComes = 1000;  // answers `mail - kNeverComes`

std::string reference(int mail) { return "<c" + std::to_string(mail) + "@example.com> "; }

std::string letter_of(const Conversation& c, int mail) {
  Letter letter;
  letter.id = "c" + std::to_string(mail) + "@example.com";
  letter.body = "Mail " + std::to_string(mail);
  const auto index = static_cast<std::size_t>(mail);
  const int parent = c.parent[index];
  if (index < c.outlook.size() && c.outlook[index])
    letter.fields = {"Thread-Index: AQHauu0qvJ1sQ2x3TkS0dGVzdHRlc3R0ZXN0"};
  if (parent < 0 || c.style[index] == 3) return letter.text();
  if (c.style[index] == 1) {
    letter.in_reply_to = reference(parent);
    return letter.text();
  }
  if (c.style[index] == 5) {
    letter.in_reply_to = reference(kNeverComes + parent);
    return letter.text();
  }
  std::vector<int> up;
  if (c.style[index] == 4) up.push_back(kNeverComes + parent);
  for (int at = parent; at >= 0; at = c.parent[static_cast<std::size_t>(at)]) up.push_back(at);
  std::reverse(up.begin(), up.end());
  if (c.style[index] == 2 && up.size() > 2) up = {up.front(), up.back()};
  for (const int at : up) letter.references += reference(at);
  return letter.text();
}

// The tickets in which the mails end, after every merge.
std::set<TicketId> tickets_in_order(test::World& w, const Conversation& c, const std::vector<int>& order) {
  CommitOptions options;
  options.dry_run = true;  // nothing stays: one store serves all orders
  Committer committer(*w.store, w.config, w.mailbox(), system_clock(), options);
  std::vector<TicketId> placed;
  for (const int mail : order) placed.push_back(*put(committer, letter_of(c, mail)).ticket);
  std::set<TicketId> out;
  for (const TicketId ticket : placed) out.insert(w.store->follow_merges(ticket));
  return out;
}

}  // namespace

TEST_CASE("conversations end in the tickets that their mails name") {
  int files = 0;
  const auto folder = std::filesystem::path(POLLER_SOURCE_DIR) / "tests/intake/trees";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".mbox") continue;
    check_conversation(entry.path());
    ++files;
  }
  CHECK(files >= 11);
}

TEST_CASE("a conversation of one requester ends in one ticket, in whatever order it comes") {
  TreeWorld w;
  std::mt19937 random(20261125);  // NOLINT: the same conversations in each run
  for (int round = 0; round < 40; ++round) {
    const int mails = 3 + round % 5;
    Conversation c;
    for (int i = 0; i < mails; ++i) {
      c.parent.push_back(i == 0 ? -1 : static_cast<int>(random() % static_cast<unsigned>(i)));
      c.style.push_back(static_cast<int>(random() % 3));
    }
    std::vector<int> order(static_cast<std::size_t>(mails));
    std::iota(order.begin(), order.end(), 0);
    for (int turn = 0; turn < 12; ++turn) {
      std::shuffle(order.begin(), order.end(), random);
      CAPTURE(round);
      CAPTURE(order);
      CHECK(tickets_in_order(w, c, order).size() == 1);
    }
  }
}

TEST_CASE("so does one in which Outlook's mails bear little but their conversation") {
  TreeWorld w;
  std::mt19937 random(20261126);  // NOLINT: the same conversations in each run
  for (int round = 0; round < 40; ++round) {
    const int mails = 3 + round % 4;
    Conversation c;
    for (int i = 0; i < mails; ++i) {
      const bool outlook = i == 0 || random() % 2 == 0;
      c.parent.push_back(i == 0 ? -1 : static_cast<int>(random() % static_cast<unsigned>(i)));
      c.style.push_back(static_cast<int>(random() % (outlook ? 4 : 3)));
      c.outlook.push_back(outlook);
    }
    std::vector<int> order(static_cast<std::size_t>(mails));
    std::iota(order.begin(), order.end(), 0);
    for (int turn = 0; turn < 12; ++turn) {
      std::shuffle(order.begin(), order.end(), random);
      CAPTURE(round);
      CAPTURE(order);
      CHECK(tickets_in_order(w, c, order).size() == 1);
    }
  }
}

TEST_CASE("so does one whose mails answer others that never come, once one of them says where those belong") {
  TreeWorld w;
  std::mt19937 random(3);  // NOLINT: the same conversations in each run
  for (int round = 0; round < 60; ++round) {
    const int mails = 4 + round % 4;
    Conversation c{{-1}, {0}, {}};
    std::set<int> explained;
    for (int i = 1; i < mails; ++i) {
      c.parent.push_back(static_cast<int>(random() % static_cast<unsigned>(i)));
      c.style.push_back(static_cast<int>(random() % 3) * 2);
      if (c.style.back() == 4) explained.insert(c.parent.back());
    }
    for (std::size_t i = 1; i < c.parent.size(); ++i) {
      if (c.style[i] != 4 && explained.contains(c.parent[i])) c.style[i] = 5;
    }
    std::vector<int> order(static_cast<std::size_t>(mails));
    std::iota(order.begin(), order.end(), 0);
    for (int turn = 0; turn < 12; ++turn) {
      std::shuffle(order.begin(), order.end(), random);
      CAPTURE(c.parent);
      CAPTURE(c.style);
      CAPTURE(order);
      CHECK(tickets_in_order(w, c, order).size() == 1);
    }
  }
}

TEST_CASE("two conversations stay two, in whatever order they come") {
  TreeWorld w;
  const Conversation two{{-1, 0, 1, -1, 3, 3}, {0, 1, 2, 0, 1, 0}};
  std::mt19937 random(7);  // NOLINT
  std::vector<int> order(6);
  std::iota(order.begin(), order.end(), 0);
  for (int turn = 0; turn < 40; ++turn) {
    std::shuffle(order.begin(), order.end(), random);
    CAPTURE(order);
    CHECK(tickets_in_order(w, two, order).size() == 2);
  }
}

}  // namespace poller
