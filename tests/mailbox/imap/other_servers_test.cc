// What other servers than Dovecot and Exchange say, recorded from those of Debian 12 and npm while the poller emptied
// them: Courier 5.0.13, Cyrus 3.6.1, GNU Mailutils 3.15, Hoodiecrow 2.1.0. Shortened where they list capabilities.
#include <doctest/doctest.h>

#include "transcript.h"

namespace poller::imap_test {
namespace {

ClientOptions by_password(const char* folder = "INBOX") {
  ClientOptions options;
  options.with_token = false;
  options.secret = "pw";
  options.folder = folder;
  return options;
}

std::vector<SourceKey> sources_of(const std::vector<RawMail>& mails) {
  std::vector<SourceKey> out;
  for (const auto& mail : mails) out.push_back(mail.source);
  return out;
}

// Greeting, sign-in and the empty folder's answers to ID and NAMESPACE.
constexpr const char* kCourier = R"(
S: * OK [CAPABILITY IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE AUTH=PLAIN ACL ACL2=UNION ENABLE UTF8=ACCEPT] Courier-IMAP ready. Copyright 1998-2019 Double Precision, Inc.  See COPYING for distribution information.
C: CAPABILITY
S: * CAPABILITY IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE AUTH=PLAIN ACL ACL2=UNION ENABLE UTF8=ACCEPT
S: TAG OK CAPABILITY completed
C: AUTHENTICATE PLAIN
S: + 
L: AGRlc2tAZXhhbXBsZS5jb20AcHc=
S: TAG OK LOGIN Ok.
C: CAPABILITY
S: * CAPABILITY IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE AUTH=PLAIN ACL ACL2=UNION ENABLE UTF8=ACCEPT
S: TAG OK CAPABILITY completed
C: NAMESPACE
S: * NAMESPACE (("INBOX." ".")) NIL (("#shared." ".")("shared." "."))
S: TAG OK NAMESPACE completed.
)";

constexpr const char* kCourierSelected = R"(
C: SELECT "INBOX"
S: * FLAGS (\Draft \Answered \Flagged \Deleted \Seen \Recent)
S: * OK [PERMANENTFLAGS (\* \Draft \Answered \Flagged \Deleted \Seen)] Limited
S: * 2 EXISTS
S: * 0 RECENT
S: * OK [UIDVALIDITY 795641963] Ok
S: * OK [MYRIGHTS "acdilrsw"] ACL
S: TAG OK [READ-WRITE] Ok
C: FETCH 2 (UID)
S: * 2 FETCH (UID 204)
S: TAG OK FETCH completed.
)";

constexpr const char* kMailutils = R"(
S: * OK IMAP4rev1
C: CAPABILITY
S: * CAPABILITY IMAP4rev1 NAMESPACE ID IDLE LITERAL+ UNSELECT AUTH=GSSAPI AUTH=ANONYMOUS AUTH=LOGIN AUTH=PLAIN
S: TAG OK CAPABILITY Completed
C: AUTHENTICATE PLAIN
S: + 
L: AGRlc2tAZXhhbXBsZS5jb20AcHc=
S: TAG OK AUTHENTICATE PLAIN authentication successful
C: CAPABILITY
S: * CAPABILITY IMAP4REV1 NAMESPACE ID IDLE LITERAL+ UNSELECT AUTH=GSSAPI
S: TAG OK CAPABILITY Completed
C: ID 
S: TAG OK ID Completed
C: NAMESPACE
S: * NAMESPACE (("" "/")) NIL NIL
S: TAG OK NAMESPACE Completed
C: SELECT "INBOX"
S: * 2 EXISTS
S: * 0 RECENT
S: * OK [UIDVALIDITY 1795643278] UID validity status
S: * OK [UIDNEXT 173] Predicted next uid
S: * OK [UNSEEN 1] first unseen message
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft)] Permanent flags
S: TAG OK [READ-WRITE] SELECT Completed
)";

}  // namespace

TEST_CASE("Courier: no SASL-IR, no ID, no UIDNEXT, no MOVE") {
  const std::string transcript = std::string(kCourier) + kCourierSelected + R"(
C: UID SEARCH ALL
S: * SEARCH 203 204
S: TAG OK SEARCH done.
C: UID SEARCH UNSEEN
S: * SEARCH 204
S: TAG OK SEARCH done.
C: UID FETCH 203:204 (UID RFC822.SIZE)
S: * 1 FETCH (UID 203 RFC822.SIZE 51)
S: * 2 FETCH (UID 204 RFC822.SIZE 51)
S: TAG OK FETCH completed.
C: UID FETCH 203:204 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])
S: * 1 FETCH (UID 203 FLAGS (\Seen) INTERNALDATE "25-Nov-2026 21:47:39 +0000" RFC822.SIZE 51 BODY[] {51}
S: From: ann@example.com
S: Subject: mail 1
S:
S: Hello 1
S: )
S: * 2 FETCH (UID 204 FLAGS () INTERNALDATE "25-Nov-2026 21:47:39 +0000" RFC822.SIZE 51 BODY[] {51}
S: From: ann@example.com
S: Subject: mail 2
S:
S: Hello 2
S: )
S: TAG OK FETCH completed.
C: UID COPY 203:204 "INBOX.Done"
S: TAG OK [COPYUID 795646000 203:204 1:2] COPY completed.
C: UID STORE 203:204 +FLAGS.SILENT (\Deleted)
S: TAG OK STORE completed.
C: UID EXPUNGE 203:204
S: * 2 EXPUNGE
S: * 1 EXPUNGE
S: * 0 EXISTS
S: * 0 RECENT
S: TAG OK EXPUNGE completed
C: LOGOUT
S: * BYE Courier-IMAP server shutting down
S: TAG OK LOGOUT completed
)";
  Stage stage(playing(transcript), by_password());
  stage.client().open(false);
  CHECK(stage.client().folder().uidnext == 205);  // or `start: new` would take the old mails too
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 2);
  CHECK(mails[1].bytes == "From: ann@example.com\r\nSubject: mail 2\r\n\r\nHello 2\r\n");
  CHECK(mails[0].seen);
  CHECK(mails[1].received_at == 1795643259);
  stage.client().settle(sources_of(mails), {SettleAction::What::move, "INBOX.Done"});
  stage.client().close();
}

TEST_CASE("Courier: a folder beside INBOX instead of below it, and names put together as elsewhere") {
  const std::string transcript = std::string(kCourier) + R"(
C: SELECT "Archive/2026"
S: TAG NO Mailbox does not exist, or must be subscribed to.
C: LIST "" "*"
S: * LIST (\HasNoChildren) "." "INBOX.Done"
S: * LIST (\Unmarked \HasChildren) "." "INBOX"
S: TAG OK LIST completed
)";
  Stage stage(playing(transcript), by_password("Archive/2026"));
  const Error error = error_of([&] { stage.client().open(false); });
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(contains(error.advice(), "INBOX.Done, INBOX"));
  CHECK(contains(error.advice(), "by '.'"));
  CHECK(contains(error.advice(), "begin with 'INBOX.'"));
}

TEST_CASE(
    "Cyrus: capabilities with the sign-in's answer, an ID of five lines, FLAGS before UID, flags that nobody asked "
    "for") {
  constexpr const char* kTranscript = R"(
S: * OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN SASL-IR] vm Cyrus IMAP 3.6.1-Debian-3.6.1-4+deb12u5 server ready
C: CAPABILITY
S: * CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE ACL CONDSTORE ESEARCH MOVE NAMESPACE UIDPLUS UNSELECT AUTH=PLAIN SASL-IR COMPRESS=DEFLATE IDLE
S: TAG OK Completed
C: AUTHENTICATE PLAIN AGRlc2tAZXhhbXBsZS5jb20AcHc=
S: TAG OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE ACL CONDSTORE ESEARCH MOVE NAMESPACE UIDPLUS UNSELECT LOGINDISABLED AUTH=PLAIN SASL-IR COMPRESS=DEFLATE IDLE APPENDLIMIT=4294967295] Success (tls protection) SESSIONID=<vm-1795643268-23262-1-17>
C: CAPABILITY
S: * CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE ACL CONDSTORE ESEARCH MOVE NAMESPACE UIDPLUS UNSELECT LOGINDISABLED AUTH=PLAIN SASL-IR COMPRESS=DEFLATE IDLE APPENDLIMIT=4294967295
S: TAG OK Completed
C: ID ("name" "poller"
S: * ID ("name" "Cyrus IMAPD" "version" "3.6.1-Debian-3.6.1-4+deb12u5" "vendor" "Project Cyrus" "support-url" "https://www.cyrusimap.org" "environment" "Built w/Cyrus SASL 2.1.28; Running w/Cyrus SASL 2.1.28; Built w/OpenSSL 3.0.20 7 Apr 2026")
S: TAG OK Completed
C: NAMESPACE
S: * NAMESPACE (("INBOX." ".")) (("user." ".")) (("" "."))
S: TAG OK Completed
C: SELECT "INBOX"
S: * 1 EXISTS
S: * 0 RECENT
S: * FLAGS (\Answered \Flagged \Draft \Deleted \Seen)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Draft \Deleted \Seen \*)] Ok
S: * OK [UNSEEN 1] Ok
S: * OK [UIDVALIDITY 1795641963] Ok
S: * OK [UIDNEXT 204] Ok
S: * OK [HIGHESTMODSEQ 619] Ok
S: * OK [MAILBOXID (u9jf8ztdlf9hysct2t3xi7n3)] Ok
S: * OK [URLMECH INTERNAL] Ok
S: * OK [ANNOTATIONS 65536] Ok
S: TAG OK [READ-WRITE] Completed
C: UID SEARCH ALL
S: * SEARCH 203
S: TAG OK Completed (1 msgs in 0.000 secs)
C: UID SEARCH UNSEEN
S: * SEARCH 203
S: TAG OK Completed (1 msgs in 0.000 secs)
C: UID FETCH 203 (UID RFC822.SIZE)
S: * 1 FETCH (UID 203 RFC822.SIZE 51)
S: TAG OK Completed (0.000 sec)
C: UID FETCH 203 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])
S: * 1 FETCH (FLAGS () UID 203 INTERNALDATE "25-Nov-2026 21:47:48 +0000" RFC822.SIZE 51 BODY[] {51}
S: From: ann@example.com
S: Subject: mail 1
S:
S: Hello 1
S: )
S: TAG OK Completed (0.000 sec)
C: UID STORE 203 +FLAGS.SILENT (\Seen)
S: * 1 FETCH (FLAGS (\Seen) UID 203)
S: TAG OK Completed
C: LOGOUT
S: * BYE LOGOUT received
S: TAG OK Completed
)";
  Stage stage(playing(kTranscript), by_password());
  stage.client().open(false);
  CHECK(stage.client().folder().uidnext == 204);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].bytes.size() == 51);
  stage.client().settle(sources_of(mails), {SettleAction::What::seen, {}});
  stage.client().close();
}

TEST_CASE("Mailutils: finds nothing from a UID on to the last") {
  const std::string transcript = std::string(kMailutils) + R"(
C: UID SEARCH UID 171:*
S: * SEARCH
S: TAG OK UID SEARCH Completed
C: UID SEARCH UID 171:4294967295
S: * SEARCH 171 172
S: TAG OK UID SEARCH Completed
)";
  Stage stage(playing(transcript), by_password());
  stage.client().open(false);
  ListRequest request;
  request.min_uid = 171;
  CHECK(stage.client().list(request).size() == 2);
}

TEST_CASE("Mailutils: a mail that came in 1970 is one whose time is not known; it cannot remove ours alone") {
  const std::string transcript = std::string(kMailutils) + R"(
C: UID SEARCH ALL
S: * SEARCH 172
S: TAG OK UID SEARCH Completed
C: UID SEARCH UNSEEN
S: * SEARCH 172
S: TAG OK UID SEARCH Completed
C: UID FETCH 172 (UID RFC822.SIZE)
S: * 1 FETCH (UID 172 RFC822.SIZE 51)
S: TAG OK UID FETCH Completed
C: UID FETCH 172 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])
S: * 1 FETCH (UID 172 FLAGS () INTERNALDATE "01-Jan-1970 00:00:00 +0000" RFC822.SIZE 51 BODY[] {51}
S: From: ann@example.com
S: Subject: mail 1
S:
S: Hello 1
S: )
S: TAG OK UID FETCH Completed
)";
  Stage stage(playing(transcript), by_password());
  stage.client().open(false);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 1);
  CHECK(!mails[0].received_at);
  CHECK(error_of([&] {
          stage.client().check({SettleAction::What::remove, {}}, true);
        }).kind() == ErrorKind::configuration);
}

}  // namespace poller::imap_test
