#include <doctest/doctest.h>

#include "lib/openssl/digest.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {
namespace {

void check_same_mail(const Mail& got, const Mail& expected) {
  CHECK(got.sha256 == expected.sha256);
  CHECK(got.size == expected.size);
  CHECK(got.message_id == expected.message_id);
  CHECK(got.in_reply_to == expected.in_reply_to);
  CHECK(got.references == expected.references);
  CHECK(got.date == expected.date);
  CHECK(got.subject == expected.subject);
  CHECK(got.subject_base == expected.subject_base);
  CHECK(got.from == expected.from);
  CHECK(got.sender == expected.sender);
  CHECK(got.reply_to == expected.reply_to);
  CHECK(got.to == expected.to);
  CHECK(got.cc == expected.cc);
  CHECK(got.text == expected.text);
  CHECK(got.html == expected.html);
  CHECK(got.notice == expected.notice);
  CHECK(got.new_text == expected.new_text);
  CHECK(got.signature == expected.signature);
  CHECK(got.content_hash == expected.content_hash);
  CHECK(got.defects == expected.defects);
}

void check_same_verdict(const Verdict& got, const Verdict& expected) {
  CHECK(got.kind == expected.kind);
  CHECK(got.may_answer == expected.may_answer);
  CHECK(got.reasons == expected.reasons);
  CHECK(got.feedback_type == expected.feedback_type);
  REQUIRE(got.bounce.has_value() == expected.bounce.has_value());
  CHECK(got.bounce->original_message_id == expected.bounce->original_message_id);
  REQUIRE(got.bounce->recipients.size() == expected.bounce->recipients.size());
  for (std::size_t i = 0; i < expected.bounce->recipients.size(); ++i) {
    const BouncedRecipient& a = got.bounce->recipients[i];
    const BouncedRecipient& b = expected.bounce->recipients[i];
    CHECK(a.address == b.address);
    CHECK(a.status == b.status);
    CHECK(a.reply_code == b.reply_code);
    CHECK(a.bounce_class == b.bounce_class);
    CHECK(a.diagnostic == b.diagnostic);
  }
}

void check_same_attachment(const Attachment& got, const Attachment& expected) {
  CHECK(got.filename == expected.filename);
  CHECK(got.content_type == expected.content_type);
  CHECK(got.size == expected.size);
  CHECK(got.sha256 == expected.sha256);
  CHECK(got.content_id == expected.content_id);
  CHECK(got.is_inline == expected.is_inline);
  CHECK(got.locator.offset == expected.locator.offset);
  CHECK(got.locator.length == expected.locator.length);
  CHECK(got.locator.encoding == expected.locator.encoding);
  CHECK(got.locator.inside == expected.locator.inside);
}

std::string some_bytes(std::size_t size, bool compressible) {
  std::string out(size, 'a');
  std::uint32_t state = static_cast<std::uint32_t>(size) + 1;
  for (std::size_t i = 0; i < size && !compressible; ++i) {
    state = state * 1'664'525 + 1'013'904'223;
    out[i] = static_cast<char>(state >> 24);
  }
  return out;
}

Mail mail_of(const std::string& bytes) {
  Mail mail = sample_mail(1);
  mail.sha256 = sha256_hex(bytes);
  mail.size = bytes.size();
  return mail;
}

Stored add_bytes(Transaction& transaction, const Mail& mail, const std::string& bytes) {
  Stored out;
  out.ticket = transaction.create_ticket(sample_ticket(1), "poller");
  const PackedRaw raw = pack_raw(std::string(bytes), mail.sha256);
  const Verdict verdict;
  NewMessage message;
  message.ticket = out.ticket.id;
  message.mail = &mail;
  message.verdict = &verdict;
  message.raw = &raw;
  out.message = transaction.add_message(message, "poller");
  return out;
}

Stored store_bytes(Store& store, const Mail& mail, const std::string& bytes) {
  auto transaction = store.begin();
  const Stored out = add_bytes(*transaction, mail, bytes);
  transaction->commit();
  return out;
}

}  // namespace

TEST_CASE("a message comes back as it was stored") {
  with_each_engine([](Place& place) {
    const Stored stored = store_one(*place.open(), 1);
    const auto store = place.open(true);
    const auto messages = store->messages(stored.ticket.id);
    REQUIRE(messages.size() == 1);
    const Message& m = messages.front();
    CHECK(m.id == stored.message);
    CHECK(m.ticket == stored.ticket.id);
    CHECK(m.direction == Direction::in);
    CHECK(m.received_at == 1'700'000'001);
    CHECK(m.mailbox == "support");
    CHECK(m.state == "stored");
    check_same_mail(m.mail, sample_mail(1));
    check_same_verdict(m.verdict, sample_verdict());
    check_same_mail(store->message(m.id)->mail, m.mail);
    CHECK_FALSE(store->message(m.id + 1));
    CHECK(store->decision_json(m.id) == R"({"why":"sample"})");
    CHECK(store->decision_json(m.id + 1).empty());
    CHECK(store->ticket(stored.ticket.id)->message_count == 1);
    const Change change = store->changes(stored.ticket.id).back();
    CHECK(change.what == "message");
    CHECK(change.message == m.id);
    CHECK(change.detail_json == R"({"direction":"in","kind":"bounce"})");
  });
}

TEST_CASE("attachments bear ids and know where their bytes are") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Stored stored = store_one(*store, 1);
    const auto attachments = store->message(stored.message)->attachments;
    const Mail expected = sample_mail(1);
    REQUIRE(attachments.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      check_same_attachment(attachments[i].attachment, expected.attachments[i]);
      const auto found = store->attachment(attachments[i].id);
      REQUIRE(found);
      CHECK(found->message == stored.message);
      CHECK(found->raw_sha256 == expected.sha256);
      check_same_attachment(found->attachment, expected.attachments[i]);
    }
    CHECK(attachments[0].id < attachments[1].id);
    CHECK_FALSE(store->attachment(99));
  });
}

TEST_CASE("raw bytes are kept once and come back, small and large") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    for (const std::size_t size : {0UL, 1UL, 300UL, 20'000UL, 3'500'000UL}) {
      CAPTURE(size);
      for (const bool compressible : {true, false}) {
        const std::string bytes = some_bytes(size, compressible);
        const Mail mail = mail_of(bytes);
        const Stored first = store_bytes(*store, mail, bytes);
        const Stored second = store_bytes(*store, mail, bytes);
        CHECK(first.message != second.message);
        CHECK(store->message_raw_sha256(second.message) == mail.sha256);
        CHECK(store->raw(mail.sha256) == bytes);
        CHECK(place.open(true)->raw(mail.sha256) == bytes);
      }
    }
    CHECK_FALSE(store->raw(sample_hash(77)));
    CHECK_FALSE(store->raw("nonsense"));
    CHECK(store->message_raw_sha256(99).empty());
    CHECK(place.check().empty());
  });
}

TEST_CASE("bytes written in an undone transaction or savepoint make room for others") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const std::string wrong = some_bytes(3'000'000, false);
    const std::string right = some_bytes(40'000, false);
    {
      auto undone = store->begin();
      add_bytes(*undone, mail_of(wrong), wrong);
    }
    auto transaction = store->begin();
    transaction->savepoint();
    add_bytes(*transaction, mail_of(wrong), wrong);
    transaction->rollback_to_savepoint();
    add_bytes(*transaction, mail_of(right), right);
    transaction->commit();
    CHECK(store->raw(mail_of(right).sha256) == right);
    CHECK_FALSE(store->raw(mail_of(wrong).sha256));
    store_bytes(*store, mail_of(wrong), wrong);
    CHECK(store->raw(mail_of(wrong).sha256) == wrong);
    CHECK(store->raw(mail_of(right).sha256) == right);
  });
}

TEST_CASE("a mail with nothing in it, and one with anything in it") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    Mail empty;
    Mail odd = sample_mail(1);
    odd.text = std::string("a\0b", 3);
    odd.new_text = "";
    odd.subject = "\xff\xfe";
    odd.references = {"\xff"};
    odd.from = Address{"", ""};
    odd.date = INT64_MAX;
    auto transaction = store->begin();
    NewMessage message;
    const Verdict verdict;
    message.ticket = transaction->create_ticket(sample_ticket(1), "poller").id;
    message.verdict = &verdict;
    message.direction = Direction::note;
    message.mail = &empty;
    const MessageId first = transaction->add_message(message, "ann");
    message.direction = Direction::out;
    message.mail = &odd;
    message.state = "pending";
    const MessageId second = transaction->add_message(message, "ann");
    transaction->commit();
    CHECK(store->message(first)->direction == Direction::note);
    check_same_mail(store->message(first)->mail, empty);
    const Message m = store->message(second).value();
    CHECK(m.direction == Direction::out);
    CHECK(m.state == "pending");
    CHECK(m.mail.text == odd.text);
    CHECK(m.mail.new_text.empty());
    CHECK(m.mail.subject == odd.subject);
    CHECK(m.mail.references == std::vector<std::string>{"\xEF\xBF\xBD"});
    CHECK(m.mail.from == odd.from);
    CHECK(rfc3339(*m.mail.date) == "9999-12-31T23:59:59Z");
    CHECK(store->message_raw_sha256(first).empty());
  });
}

TEST_CASE("messages stand in the order in which they arrived") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const TicketId id = store_one(*store, 5).ticket.id;
    store_one(*store, 3, id);
    store_one(*store, 9, id);
    const auto messages = store->messages(id);
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].received_at == 1'700'000'003);
    CHECK(messages[2].received_at == 1'700'000'009);
    CHECK(store->ticket(id)->message_count == 3);
    CHECK(store->ticket(id)->updated_at == 1'700'000'009);
  });
}

TEST_CASE("an ignored mail is kept without a ticket") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const std::string bytes = "Subject: x\r\n\r\n";
    Mail mail = mail_of(bytes);
    auto transaction = store->begin();
    const PackedRaw raw = pack_raw(std::string(bytes), mail.sha256);
    const Verdict verdict;
    NewMessage message;
    message.mail = &mail;
    message.verdict = &verdict;
    message.raw = &raw;
    message.identity = "spam";
    const MessageId id = transaction->add_message(message, "rule 1");
    transaction->commit();
    CHECK(store->message(id)->ticket == 0);
    const auto found = store->find_identity("spam");
    REQUIRE(found);
    CHECK(found->message == id);
    CHECK(found->ticket == 0);
    CHECK(found->queue.empty());
    CHECK(store->find_thread(std::vector{*mail.message_id}).empty());
    CHECK(store->changed_since(0, 9).empty());
  });
}

TEST_CASE("what stands for a mail in quarantine is no copy of it, and is found where that is asked for") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Mail mail = sample_mail(1);
    const Verdict verdict;
    NewMessage message;
    message.mail = &mail;
    message.verdict = &verdict;
    message.mailbox = "support";
    message.state = "quarantined";
    message.identity = "held";
    auto transaction = store->begin();
    const MessageId id = transaction->add_message(message, "poller");
    transaction->commit();
    CHECK_FALSE(store->find_identity("held"));
    CHECK(store->find_quarantined("held")->message == id);
    CHECK(store->find_quarantined("held", "sales", "support")->message == id);
    CHECK_FALSE(store->find_quarantined("held", "sales", "other"));
  });
}

TEST_CASE("copies of a mail are found by identity, in any queue or in one") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Stored first = store_one(*store, 1);
    const Stored second = store_one(*store, 1);
    auto transaction = store->begin();
    TicketUpdate update;
    update.queue = "billing";
    transaction->update_ticket(second.ticket.id, update, "ann", 0);
    transaction->add_delivery({first.message, imap_key(9, "other"), 1'700'000'009, sample_hash(9)});
    transaction->commit();
    CHECK(store->find_identity("identity-1")->message == first.message);
    CHECK(store->find_identity("identity-1")->queue == "support");
    CHECK(store->find_identity("identity-1")->mailbox == "support");
    CHECK(store->find_identity("identity-1", "billing")->message == second.message);
    CHECK_FALSE(store->find_identity("identity-1", "sales"));
    CHECK(store->find_identity("identity-1", "sales", "support")->message == first.message);
    CHECK(store->find_identity("identity-1", "sales", "other")->message == first.message);
    CHECK_FALSE(store->find_identity("identity-1", "sales", "none"));
    CHECK_FALSE(store->find_identity("identity-2"));
    const auto deliveries = store->deliveries(first.message);
    REQUIRE(deliveries.size() == 1);
    CHECK(deliveries[0].source == imap_key(9, "other"));
    CHECK(deliveries[0].received_at == 1'700'000'009);
    CHECK(deliveries[0].sha256 == sample_hash(9));
    CHECK(store->deliveries(second.message).empty());
  });
}

TEST_CASE("answers find their ticket by stored ids and by ids that were referred to") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Stored one = store_one(*store, 1);
    const Stored two = store_one(*store, 2);
    auto transaction = store->begin();
    const std::vector<std::string> referred{"mail-3@example.com", "mail-1@example.com", "missing@example.com"};
    transaction->add_thread_ids(two.ticket.id, referred);
    transaction->add_thread_ids(two.ticket.id, referred);
    transaction->commit();
    auto hits = store->find_thread(referred);
    REQUIRE(hits.size() == 4);  // in the order asked for; mail-1 stands in both
    CHECK(hits[0].message_id == "mail-3@example.com");
    CHECK(hits[0].ticket == two.ticket.id);
    CHECK_FALSE(hits[0].message);
    CHECK(hits[1].ticket == one.ticket.id);
    CHECK(hits[1].message == one.message);
    CHECK(hits[2].ticket == two.ticket.id);
    CHECK_FALSE(hits[2].message);
    CHECK(hits[3].message_id == "missing@example.com");
    const Stored three = store_one(*store, 3, two.ticket.id);  // the mail that was only referred to arrives
    hits = store->find_thread(std::vector<std::string>{"mail-3@example.com", "unknown@example.com"});
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].message == three.message);
  });
}

}  // namespace poller::storage_test
