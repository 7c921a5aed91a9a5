// What Exchange Online says that other servers do not, from captures in public trackers (MailKit, imapflow, node-imap,
// OfflineIMAP, email-oauth2-proxy, Nextcloud Mail); the shapes are theirs, the names are ours.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "transcript.h"

namespace poller::imap_test {
namespace {

// MailKit #1494: no capabilities in the greeting, and others before the sign-in than behind it.
constexpr const char* kExchangeGreeting = R"(
S: * OK The Microsoft Exchange IMAP4 service is ready. [RABCADYAUABSADAAMwBDAEEAMAAwADAAMQAuAGUAeABhAG0AcABsAGUA]
C: CAPABILITY
S: * CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+
S: TAG OK CAPABILITY completed.
C: AUTHENTICATE XOAUTH2 dXNlcj1kZXNrQGV4YW1wbGUuY29tAWF1dGg9QmVhcmVyIHNlY3JldC10b2tlbi0wMTIzAQE=
)";

constexpr const char* kExchangeSignedIn = R"(
S: TAG OK AUTHENTICATE completed.
C: CAPABILITY
S: * CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+
S: TAG OK CAPABILITY completed.
C: ID
S: * ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")
S: TAG OK ID completed
C: NAMESPACE
S: * NAMESPACE (("" "/")) NIL NIL
S: TAG OK NAMESPACE completed.
)";

constexpr const char* kExchangeSelected = R"(
C: SELECT "INBOX"
S: * 2 EXISTS
S: * 0 RECENT
S: * FLAGS (\Seen \Answered \Flagged \Deleted \Draft $MDNSent)
S: * OK [PERMANENTFLAGS (\Seen \Answered \Flagged \Deleted \Draft $MDNSent)] Permanent flags
S: * OK [UNSEEN 1] Is the first unseen message
S: * OK [UIDVALIDITY 14] UIDVALIDITY value
S: * OK [UIDNEXT 902] The next unique identifier value
S: TAG OK [READ-WRITE] SELECT completed.
)";

constexpr const char* kExchangeListed = R"(
C: UID SEARCH ALL
S: * SEARCH 900 901
S: TAG OK SEARCH completed.
C: UID SEARCH UNSEEN
S: * SEARCH 900 901
S: TAG OK SEARCH completed.
)";

std::string opened() { return std::string(kExchangeGreeting) + kExchangeSignedIn + kExchangeSelected; }

Error open_error(const std::string& transcript, const ClientOptions& options = {}) {
  Stage stage(playing(transcript), options);
  return error_of([&] { stage.client().open(false); });
}

Error list_error(const std::string& answer) {
  const std::string transcript = opened() + "C: UID SEARCH ALL\n" + answer;
  Stage stage(playing(transcript));
  stage.client().open(false);
  return error_of([&] { stage.client().list({}); });
}

}  // namespace

TEST_CASE("Exchange: a whole session; sizes that are estimates, flags that come unasked, COPYUID that says nothing") {
  // The first mail is longer than its RFC822.SIZE, the second shorter. MailKit #555 has the empty COPYUID.
  const std::string transcript = opened() + kExchangeListed + R"(
C: UID FETCH 900:901 (UID RFC822.SIZE)
S: * 1 FETCH (UID 900 RFC822.SIZE 40)
S: * 2 FETCH (UID 901 RFC822.SIZE 4000)
S: TAG OK FETCH completed.
C: UID FETCH 900:901 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])
S: * 1 FETCH (UID 900 FLAGS ($MDNSent) INTERNALDATE "25-Nov-2026 21:47:39 +0000" RFC822.SIZE 40 BODY[] {51}
S: From: ann@example.com
S: Subject: mail 1
S:
S: Hello 1
S: )
S: * 3 EXISTS
S: * 2 FETCH (FLAGS (\Seen))
S: * 2 FETCH (UID 901 FLAGS () INTERNALDATE "25-Nov-2026 21:47:39 +0000" RFC822.SIZE 4000 BODY[] {51}
S: From: ann@example.com
S: Subject: mail 2
S:
S: Hello 2
S: )
S: TAG OK FETCH completed.
C: UID MOVE 900:901 "Archive"
S: * OK [COPYUID 15  ]
S: * 1 EXPUNGE
S: * 1 EXPUNGE
S: TAG OK MOVE completed.
C: LOGOUT
S: * BYE Microsoft Exchange Server IMAP4 server signing off.
S: TAG OK LOGOUT completed.
)";
  Stage stage(playing(transcript));
  stage.client().open(false);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].bytes.size() == 51);
  CHECK(mails[0].complete);
  CHECK(mails[1].bytes.size() == 51);
  CHECK(mails[1].complete);
  stage.client().settle(std::vector<SourceKey>{mails[0].source, mails[1].source},
                        {SettleAction::What::move, "Archive"});
  CHECK(stage.client().folder().exists == 1);
  stage.client().close();
}

TEST_CASE("Exchange: a refused token comes without a challenge") {
  const Error error = open_error(std::string(kExchangeGreeting) + "S: TAG NO AUTHENTICATE failed.\n");
  CHECK(error.kind() == ErrorKind::sign_in);
  CHECK(contains(error.advice(), "poller login"));
}

TEST_CASE("Exchange: authenticated but not connected, said at any step") {
  const std::string said =
      "S: TAG BAD User is authenticated but not connected.\nS: * BYE Connection closed. 14\nclose\n";
  const std::string begin = std::string(kExchangeGreeting) + "S: TAG OK AUTHENTICATE completed.\n";
  for (const auto& rest :
       {"C: CAPABILITY\n" + said,
        "C: CAPABILITY\nS: TAG OK CAPABILITY completed.\nC: ID\nS: TAG OK ID completed\nC: NAMESPACE\n" + said,
        "C: CAPABILITY\nS: TAG OK done\nC: ID\nS: TAG OK done\nC: NAMESPACE\nS: TAG OK done\nC: SELECT\n" + said}) {
    CAPTURE(rest);
    const Error error = open_error(begin + rest);
    CHECK(error.kind() == ErrorKind::sign_in);
    CHECK(contains(error.advice(), "Full Access"));
    CHECK(contains(error.advice(), "Set-CASMailbox"));
  }
}

TEST_CASE("Exchange: throttled at the sign-in, at SELECT or at SEARCH, by NO or BAD, then BYE: it says how long") {
  const std::string throttled = "Request is throttled. Suggested Backoff Time: 299998 milliseconds\n";
  const std::string bye = "S: * BYE Connection closed. 14\nclose\n";
  const std::string select = std::string(kExchangeGreeting) + kExchangeSignedIn + "C: SELECT\n";
  for (const char* status : {"NO ", "BAD "}) {
    CAPTURE(status);
    const std::string line = std::string("S: TAG ") + status + throttled + bye;
    for (const Error& error : {open_error(kExchangeGreeting + line), open_error(select + line), list_error(line)}) {
      CHECK(error.kind() == ErrorKind::temporary);
      CHECK(error.retry_after() == std::chrono::milliseconds(299998));
    }
  }
}

TEST_CASE("Exchange: the token's end, a time-out and an unavailable server are no reason to call a person") {
  for (const char* words :
       {"S: * BYE Session invalidated - AccessTokenExpired\nclose",
        "S: TAG BAD Session invalidated - AccessTokenExpired", "S: TAG NO Session invalidated - AccessTokenExpired",
        "S: * BYE Connection is closed. 13\nclose", "S: * BYE Connection closed. 14\nclose",
        "S: TAG BAD Server Unavailable. 15", "S: TAG NO Server Unavailable. 15", "S: Server Unavailable. 15\nclose",
        "S: * Server Unavailable. 15\nclose", "S: * BAD Server Unavailable. 15\nclose", "close"}) {
    CAPTURE(words);
    CHECK(list_error(std::string(words) + "\n").kind() == ErrorKind::temporary);
  }
}

TEST_CASE("Exchange: OK without a mail, and a mail without bytes, are mails that did not come") {
  // OfflineIMAP #62, MailKit #908 and #1615; "NIL" and an empty literal where a conversion failed.
  const std::string transcript = opened() + kExchangeListed + R"(
C: UID FETCH 900:901 (UID RFC822.SIZE)
S: * 1 FETCH (UID 900 RFC822.SIZE 40)
S: * 2 FETCH (UID 901 RFC822.SIZE 40)
S: TAG OK FETCH completed.
C: UID FETCH 900:901 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])
S: * 2 FETCH (UID 901 FLAGS () INTERNALDATE "25-Nov-2026 21:47:39 +0000" RFC822.SIZE 40 BODY[] NIL)
S: TAG OK FETCH completed.
)";
  Stage stage(playing(transcript));
  stage.client().open(false);
  CHECK(fetch_all(stage.client()).empty());
}

TEST_CASE("Exchange: BODYSTRUCTURE and ENVELOPE against the grammar, and a continuation that belongs to nothing") {
  // MailKit #919, #1415, #1446, #1451, #852: never asked for, and no harm when they come.
  const std::string transcript = opened() + kExchangeListed + R"(
C: UID FETCH 900:901 (UID RFC822.SIZE)
S: + Ready for additional command text.
S: * 1 FETCH (UID 900 RFC822.SIZE 51 BODYSTRUCTURE ("text" "calendar" NIL NIL NIL "7BIT" 0 0 NIL "inline" NIL NIL))
S: * 1 FETCH (BODYSTRUCTURE (NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL))
S: * 2 FETCH (UID 901 RFC822.SIZE 51 ENVELOPE ("Wed, 25 Nov 2026 21:47:39 +0000" "x" (("Microsoft Exchange Server" NIL NIL ".MISSING-HOST-NAME.")) NIL NIL NIL NIL NIL NIL "<a@example.com>"))
S: TAG OK FETCH completed.
C: UID FETCH 900:901 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])
S: * 1 FETCH (UID 900 FLAGS () INTERNALDATE "25-Nov-2026 21:47:39 +0000" RFC822.SIZE 51 BODY[] {51}
S: From: ann@example.com
S: Subject: mail 1
S:
S: Hello 1
S: )
S: TAG OK FETCH completed.
)";
  Stage stage(playing(transcript));
  stage.client().open(false);
  CHECK(fetch_all(stage.client()).size() == 1);
}

TEST_CASE("Exchange: folders in the mailbox's language, INBOX in another spelling, a tab in a name without quotes") {
  ClientOptions options;
  options.folder = "Archivé";
  const std::string transcript = std::string(kExchangeGreeting) + kExchangeSignedIn +
                                 "C: SELECT \"Archiv&AOk-\"\n"
                                 "S: TAG NO Archiv&AOk- doesn't exist.\n"
                                 "C: LIST \"\" \"*\"\n"
                                 "S: * LIST (\\HasNoChildren \\Marked) \"/\" Inbox\n"
                                 "S: * LIST (\\HasNoChildren \\Trash) \"/\" \"&AMk-l&AOk-ments supprim&AOk-s\"\n"
                                 "S: * LIST (\\HasNoChildren) \"/\" Tab\tbed\n"
                                 "S: * LIST (\\HasNoChildren) \"/\" Calendrier\n"
                                 "S: TAG OK LIST completed.\n";
  const Error error = open_error(transcript, options);
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(contains(error.advice(), "Inbox, Éléments supprimés"));
  CHECK(contains(error.advice(), "Calendrier"));
}

TEST_CASE("Exchange: mails that are refused as a set come one by one") {
  // Nextcloud Mail #6038 and MailKit #834: "Command Error" for what it does not like; our commands are short anyhow.
  const std::string transcript = opened() + kExchangeListed + R"(
C: UID FETCH 900:901 (UID RFC822.SIZE)
S: * 1 FETCH (UID 900 RFC822.SIZE 51)
S: * 2 FETCH (UID 901 RFC822.SIZE 51)
S: TAG OK FETCH completed.
C: UID FETCH 900:901 (UID FLAGS
S: TAG BAD Command Error. 10
C: UID FETCH 900 (UID FLAGS
S: TAG BAD Command Argument Error. 11
C: UID FETCH 901 (UID FLAGS
S: * 2 FETCH (UID 901 FLAGS () INTERNALDATE "25-Nov-2026 21:47:39 +0000" RFC822.SIZE 51 BODY[] {51}
S: From: ann@example.com
S: Subject: mail 2
S:
S: Hello 2
S: )
S: TAG OK FETCH completed.
)";
  Stage stage(playing(transcript));
  stage.client().open(false);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].source.uid == 901);
}

}  // namespace poller::imap_test
