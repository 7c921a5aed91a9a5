// Messages moved to a ticket of their own, and read anew.
#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {
namespace {

NewTicket split_ticket_form() {
  NewTicket ticket;
  ticket.subject = "split off";
  ticket.queue = "support";
  ticket.number_form = "S-{id}";
  ticket.requester = {"Bob", "bob@example.com"};
  ticket.created_at = 1'800'000'000;
  return ticket;
}

// A mail of this Message-ID in the ticket.
MessageId add_mail_to(Store& store, TicketId ticket, const std::string& header_id, UnixTime at) {
  Mail mail;
  mail.message_id = header_id;
  mail.subject = header_id;
  const Verdict verdict;
  NewMessage message;
  message.ticket = ticket;
  message.mail = &mail;
  message.verdict = &verdict;
  message.received_at = at;
  auto tx = store.begin();
  const MessageId id = tx->add_message(message, "poller");
  tx->commit();
  return id;
}

}  // namespace

TEST_CASE("split: the message and those after it, by time, go to a ticket of their own") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Stored first = store_one(*store, 1);
    const UnixTime later = 1'790'000'000;
    const MessageId c = add_mail_to(*store, first.ticket.id, "c@x", later + 20);
    const MessageId b = add_mail_to(*store, first.ticket.id, "b@x", later + 10);
    auto tx = store->begin();
    const Ticket made = tx->split_ticket(b, split_ticket_form(), "ann");
    tx->commit();
    CHECK(made.number == "S-" + std::to_string(made.id));
    CHECK(made.message_count == 2);
    CHECK(store->ticket(first.ticket.id)->message_count == 1);
    CHECK(store->message(c)->ticket == made.id);
    CHECK(store->message(b)->ticket == made.id);
    const std::vector<std::string> ids{"b@x", "c@x"};
    for (const auto& hit : store->find_thread(ids)) CHECK(hit.ticket == made.id);
    const auto changes = store->changes(first.ticket.id);
    CHECK(changes.back().what == "split");
    CHECK(changes.back().who == "ann");
    CHECK(changes.back().at == 1'800'000'000);
    CHECK(store->changes(made.id).back().what == "split");
  });
}

TEST_CASE("split: nothing of a ticket would be left, or there is none: refused, and nothing changes") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Stored first = store_one(*store, 1);
    for (const MessageId id : {first.message, MessageId{99}}) {
      auto tx = store->begin();
      CHECK_THROWS_AS(tx->split_ticket(id, split_ticket_form(), "ann"), const Error&);
    }
    CHECK(store->ticket(first.ticket.id)->message_count == 1);
    CHECK_FALSE(store->ticket(first.ticket.id + 1));
  });
}

TEST_CASE("mails are walked through by id, since a time") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Stored first = store_one(*store, 1);
    const Stored second = store_one(*store, 2);
    add_mail_to(*store, first.ticket.id, "without bytes", 1'900'000'000);
    CHECK(store->mail_ids(0, 0, 10) == std::vector<MessageId>{first.message, second.message});
    CHECK(store->mail_ids(0, first.message, 10) == std::vector<MessageId>{second.message});
    CHECK(store->mail_ids(0, 0, 1) == std::vector<MessageId>{first.message});
    CHECK(store->mail_ids(2'000'000'000, 0, 10).empty());
  });
}

TEST_CASE("a message read anew: what is derived changes, its ticket and its bytes stay") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Stored one = store_one(*store, 1);
    const std::string hash = store->message_raw_sha256(one.message);
    Mail mail;
    mail.message_id = "new@x";
    mail.subject = "read anew";
    mail.text = "text";
    Attachment file;
    file.filename = "a.txt";
    file.content_type = "text/plain";
    file.sha256 = sample_hash(3);
    mail.attachments = {file, file};
    Verdict verdict;
    verdict.kind = MailKind::list;
    auto tx = store->begin();
    tx->revise_message(one.message, {&mail, &verdict, "identity-new", {"subject"}}, "ann", 1'800'000'000);
    tx->commit();
    const auto message = store->message(one.message);
    REQUIRE(message);
    CHECK(message->ticket == one.ticket.id);
    CHECK(message->mail.subject == "read anew");
    CHECK(message->verdict.kind == MailKind::list);
    REQUIRE(message->attachments.size() == 2);
    CHECK(message->attachments[1].attachment.filename == "a.txt");
    CHECK(store->message_raw_sha256(one.message) == hash);
    CHECK(store->find_identity("identity-new")->message == one.message);
    CHECK(store->find_thread(std::vector<std::string>{"new@x"}).at(0).ticket == one.ticket.id);
    CHECK(store->changes(one.ticket.id).back().what == "reparsed");
    CHECK(store->changes(one.ticket.id).back().detail_json == "{\"fields\":[\"subject\"]}");
  });
}

}  // namespace poller::storage_test
