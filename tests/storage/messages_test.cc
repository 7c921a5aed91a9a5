#include <doctest/doctest.h>

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

}  // namespace

TEST_CASE("a message comes back as it was stored") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const Stored stored = store_one(*store, 1);
    const auto messages = store->messages(stored.ticket.id);
    REQUIRE(messages.size() == 1);
    const Message& m = messages.front();
    CHECK(m.id == stored.message);
    check_same_mail(m.mail, sample_mail(1));
    const Verdict verdict = sample_verdict();
    CHECK(m.verdict.kind == verdict.kind);
    CHECK(m.verdict.may_answer == verdict.may_answer);
    CHECK(m.verdict.reasons == verdict.reasons);
    REQUIRE(m.verdict.bounce);
    CHECK(m.verdict.bounce->recipients.at(0).status == "5.1.1");
    REQUIRE(m.attachments.size() == 2);
    CHECK(place.check().empty());
  });
}

}  // namespace poller::storage_test
