#include "tests/storage/conformance.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stdlib.h>

#include "base/error.h"
#include "lib/openssl/digest.h"
#include "storage/sqlite/engine.h"

namespace poller::storage_test {
namespace {

class SqlitePlace final : public Place {
 public:
  std::unique_ptr<Store> open(bool read_only) override { return open_sqlite_store(path(), read_only); }

  void set_full(Store& store, bool full) override {
    auto& db = dynamic_cast<sqlite_engine::SqliteStore&>(store).database();
    const std::int64_t pages = full ? db.read_integer("PRAGMA page_count") : 1 << 30;
    db.execute(fmt::format("PRAGMA max_page_count = {}", pages));
  }

  std::string check() override {
    sqlite::Database db(path(), false, 10'000);
    std::string complaints;
    auto integrity = db.query("PRAGMA integrity_check");
    while (integrity.step()) {
      if (integrity.bytes(0) != "ok") complaints += integrity.text(0) + "\n";
    }
    auto references = db.query("PRAGMA foreign_key_check");
    while (references.step()) complaints += "dangling reference in " + references.text(0) + "\n";
    return complaints;
  }

 private:
  [[nodiscard]] std::string path() const { return folder_.path() / "new" / "store.db"; }
  TemporaryFolder folder_;
};

}  // namespace

void with_each_engine(const std::function<void(Place&)>& test) {
  SUBCASE("sqlite") {
    SqlitePlace place;
    test(place);
  }
}

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "poller-storage-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw Error(ErrorKind::storage, "no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string sample_hash(int n) { return fmt::format("{:064x}", n); }

std::string sample_bytes(int n) { return fmt::format("Subject: {}\r\n\r\nHello\r\n", n); }

SourceKey imap_key(std::uint32_t uid, const std::string& mailbox) { return {mailbox, "INBOX", 7, uid, ""}; }

Mail sample_mail(int n) {
  Mail m;
  m.sha256 = sha256_hex(sample_bytes(n));
  m.size = sample_bytes(n).size();
  m.message_id = fmt::format("mail-{}@example.com", n);
  m.in_reply_to = {"before@example.com"};
  m.references = {"first@example.com", "before@example.com"};
  m.date = 1'700'000'000 + n;
  m.subject = fmt::format("Re: Größe {}", n);
  m.subject_base = fmt::format("Größe {}", n);
  m.from = Address{"Ann \"A\" Example", "ann@example.com"};
  m.sender = Address{"", "list@example.com"};
  m.reply_to = {{"", "answers@example.com"}};
  m.to = {{"Support", "support@example.com"}, {"", "other@example.com"}};
  m.cc = {{"Bob", "bob@example.com"}};
  m.text = fmt::format("Hello {}\n> quoted\n", n);
  m.html = "<p>Hello</p>";
  m.notice = "a notice";
  m.new_text = fmt::format("Hello {}\n", n);
  m.signature = "-- \nAnn";
  m.content_hash = sample_hash(n + 1'000'000);
  m.defects = {"charset guessed"};
  Attachment a;
  a.filename = "bill.pdf";
  a.content_type = "application/pdf";
  a.size = 3;
  a.sha256 = sample_hash(n + 2'000'000);
  a.content_id = "cid@example.com";
  a.is_inline = true;
  a.locator = {10, 20, TransferEncoding::base64, "tnef:2"};
  m.attachments = {a, {}};
  m.attachments[1].content_type = "text/x-log";
  m.attachments[1].sha256 = sample_hash(n + 3'000'000);
  return m;
}

Verdict sample_verdict() {
  Verdict v;
  v.kind = MailKind::bounce;
  v.may_answer = false;
  v.reasons = {"header:auto-submitted=auto-replied", "null sender"};
  v.bounce = Bounce{{{"gone@example.com", "5.1.1", 550, BounceClass::hard, "no such user"},
                     {"full@example.com", std::nullopt, std::nullopt, BounceClass::soft, std::nullopt}},
                    "sent@example.com"};
  v.feedback_type = "abuse";
  return v;
}

NewTicket sample_ticket(int n) {
  NewTicket t;
  t.subject = fmt::format("Größe {}", n);
  t.queue = "support";
  t.number_form = "T-{id}";
  t.priority = "high";
  t.assignee = "carol";
  t.tags = {"one", "two"};
  t.requester = {"Ann", "ann@example.com"};
  t.created_at = 1'700'000'000 + n;
  return t;
}

Stored add_one(Transaction& transaction, int n, TicketId ticket) {
  Stored out;
  if (ticket == 0) {
    out.ticket = transaction.create_ticket(sample_ticket(n), "poller");
    ticket = out.ticket.id;
  }
  const Mail mail = sample_mail(n);
  const Verdict verdict = sample_verdict();
  const PackedRaw raw = pack_raw(sample_bytes(n), mail.sha256);
  NewMessage message;
  message.ticket = ticket;
  message.mail = &mail;
  message.verdict = &verdict;
  message.raw = &raw;
  message.received_at = 1'700'000'000 + n;
  message.mailbox = "support";
  message.identity = fmt::format("identity-{}", n);
  message.decision_json = R"({"why":"sample"})";
  out.message = transaction.add_message(message, "poller");
  return out;
}

Stored store_one(Store& store, int n, TicketId ticket) {
  auto transaction = store.begin();
  Stored out = add_one(*transaction, n, ticket);
  transaction->commit();
  return out;
}

}  // namespace poller::storage_test
