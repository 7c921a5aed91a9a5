// Every refusal that Exchange Online and others are known for: what it means, and the command that mends it.
#include "outbound/smtp_advice.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace poller::outbound {
namespace {

SmtpSituation delegate() {
  return {true, true, "helpdesk@contoso.com", "helpdesk@contoso.com", "support@contoso.com", "support"};
}

bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

struct KnownRefusal {
  const char* reply;
  ErrorKind kind;
  const char* advice;  // a piece of it
};

}  // namespace

TEST_CASE("a reply is taken apart, whatever its lines") {
  const SmtpReply one = read_smtp_reply("535 5.7.3 Authentication unsuccessful [x.prod.outlook.com]\r\n");
  CHECK(one.code == 535);
  CHECK(one.enhanced == "5.7.3");
  CHECK(one.text == "Authentication unsuccessful [x.prod.outlook.com]");
  CHECK(to_line(one) == "535 5.7.3 Authentication unsuccessful [x.prod.outlook.com]");
  const SmtpReply two = read_smtp_reply("535-5.7.8 Username and Password\r\n535 5.7.8 not accepted.");
  CHECK(two.text == "Username and Password not accepted.");
  CHECK(read_smtp_reply("421").code == 421);
  CHECK(read_smtp_reply("554 5.2 odd").enhanced.empty());
  CHECK(read_smtp_reply("hello").code == 0);
  CHECK(read_smtp_reply("").code == 0);
  CHECK(to_line(read_smtp_reply("hello")) == "no reply");
  CHECK(holds(read_smtp_reply(std::string("550 5.1.1 a\x1b[31m") + "b").text, "\\x1b"));
}

TEST_CASE("each known refusal has its kind and its mend") {
  const std::vector<KnownRefusal> known{
      {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
       "https://aka.ms/smtp_auth_disabled for more information.",
       ErrorKind::sign_in, "Set-CASMailbox helpdesk@contoso.com -SmtpClientAuthenticationDisabled $false"},
      {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
       ErrorKind::sign_in, "-SmtpClientAuthenticationDisabled $false"},
      {"535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", ErrorKind::configuration,
       "auth: oauth"},
      {"535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
       ErrorKind::sign_in, "Security Defaults"},
      {"535 5.7.139 Authentication unsuccessful, the request did not meet the criteria.", ErrorKind::sign_in,
       "sign-in logs"},
      {"535 5.7.3 Authentication unsuccessful [AM0PR02CA0001.eurprd02.prod.outlook.com]", ErrorKind::sign_in,
       "SMTP.Send"},
      {"550 5.7.30 Basic authentication is not supported for Client Submission.", ErrorKind::configuration,
       "poller login support`"},
      {"530 5.7.57 Client not authenticated to send mail.", ErrorKind::configuration, "smtp.port"},
      {"554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; WASCL UserAction verdict is not None.",
       ErrorKind::sign_in, "restricted entities"},
      {"550 5.4.5 Daily user sending limit exceeded.", ErrorKind::temporary, "daily limit"},
      {"553 5.7.1 <a@contoso.com>: Sender address rejected: not owned by user helpdesk", ErrorKind::configuration,
       "smtp.from"},
      {"554 5.7.1 <c@example.com>: Relay access denied", ErrorKind::configuration, "smtp.from"},
      {"550 5.7.60 SMTP; Client does not have permissions to send as this sender", ErrorKind::sign_in,
       "Add-RecipientPermission support@contoso.com -Trustee helpdesk@contoso.com -AccessRights SendAs"},
      {"554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed",
       ErrorKind::sign_in, "Add-RecipientPermission"},
      {"554 5.2.252 SendAsDenied; helpdesk@contoso.com not allowed to send as support@contoso.com", ErrorKind::sign_in,
       "SendAs"},
      {"550 5.1.8 Access denied, bad outbound sender", ErrorKind::sign_in, "outbound spam"},
      {"554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", ErrorKind::temporary, "10,000"},
      {"554 5.2.2 mailbox full", ErrorKind::temporary, "full"},
      {"552 5.3.4 Message size exceeds fixed maximum message size", ErrorKind::permanent, "MaxSendSize"},
      {"432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", ErrorKind::temporary, "three connections"},
      {"432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending", ErrorKind::temporary,
       "three connections"},
      {"451 4.7.0 Temporary server error. Please try again later. PRX4", ErrorKind::temporary, "tries again"},
      {"421 4.3.2 Service not active", ErrorKind::temporary, "tries again"},
      {"534 5.7.9 Application-specific password required.", ErrorKind::sign_in, "gmail"},
      {"550 5.1.1 user unknown", ErrorKind::permanent, ""},
  };
  for (const auto& k : known) {
    CAPTURE(k.reply);
    const SmtpVerdict verdict = judge_smtp_reply(read_smtp_reply(k.reply), delegate());
    CHECK(std::string(to_string(verdict.kind)) == to_string(k.kind));
    CHECK_MESSAGE(holds(verdict.advice, k.advice), verdict.advice);
    CHECK_FALSE(holds(verdict.advice, "{"));
  }
}

TEST_CASE("a shared mailbox that signs in itself is told to let the delegate do it") {
  SmtpSituation shared = delegate();
  shared.user = "support@contoso.com";
  const auto verdict = judge_smtp_reply(read_smtp_reply("535 5.7.3 Authentication unsuccessful"), shared);
  CHECK(verdict.kind == ErrorKind::sign_in);
  CHECK(holds(verdict.advice, "set smtp.user to helpdesk@contoso.com"));
  CHECK(holds(verdict.advice, "Add-RecipientPermission support@contoso.com -Trustee helpdesk@contoso.com"));
}

TEST_CASE("with a password the advice is another one") {
  const auto reply = read_smtp_reply("535 5.7.3 Authentication unsuccessful");
  SmtpSituation plain{false, false, "u@example.org", "", "u@example.org"};
  CHECK(holds(judge_smtp_reply(reply, plain).advice, "smtp.password"));
  plain.microsoft = true;
  CHECK(holds(judge_smtp_reply(reply, plain).advice, "auth: oauth"));
}

TEST_CASE("the error says what was refused, in the server's words, and how long to wait") {
  const Error error =
      smtp_refusal(read_smtp_reply("554 5.2.0 SubmissionQuotaExceededException"), "the mail", delegate());
  CHECK(std::string(error.what()) == "the SMTP server refused the mail: 554 5.2.0 SubmissionQuotaExceededException");
  CHECK(error.retry_after().has_value());
  CHECK_FALSE(smtp_refusal(read_smtp_reply("550 5.1.1 no"), "x", delegate()).retry_after().has_value());
}

TEST_CASE("the situation comes from the configuration") {
  config::Mailbox mailbox;
  mailbox.preset = config::Preset::microsoft365;
  mailbox.address = "support@contoso.com";
  mailbox.oauth.client_id = "c";
  mailbox.oauth.user = "helpdesk@contoso.com";
  mailbox.smtp.emplace();
  mailbox.smtp->user = "helpdesk@contoso.com";
  mailbox.smtp->from = "Contoso <support@contoso.com>";
  const auto s = smtp_situation(mailbox);
  CHECK(s.microsoft);
  CHECK(s.with_token);
  CHECK(s.signed_in == "helpdesk@contoso.com");
  CHECK(s.from == "support@contoso.com");
}

}  // namespace poller::outbound
