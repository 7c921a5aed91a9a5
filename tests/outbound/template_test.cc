#include "outbound/template.h"

#include <doctest/doctest.h>

#include "../support/process.h"
#include "../support/temp_dir.h"
#include "base/error.h"
#include "outbound/agent_answers.h"
#include "outbound/draft.h"

namespace poller::outbound {

TEST_CASE("values are filled in once, and escaped in HTML") {
  const TemplateValues values{{"number", "T-1"}, {"text", "<b>{{number}}</b>\n& more"}};
  CHECK(fill_in("{{number}}: {{ text }} {{", values, false) == "T-1: <b>{{number}}</b>\n& more {{");
  CHECK(fill_in("<p>{{text}}</p>", values, true) == "<p>&lt;b&gt;{{number}}&lt;/b&gt;<br>\n&amp; more</p>");
}

TEST_CASE("the nearest variant by queue and language") {
  const support::TempDir dir("templates");
  for (const char* name : {"ack.txt", "ack.de.txt", "ack.billing.txt", "ack.billing.de.txt"})
    support::write_text(dir.path() / name, name);
  config::Template files;
  files.enabled = true;
  files.text = dir.path() / "ack.txt";
  const AnswerTemplate form(files, "answers.new_ticket");
  CHECK(form.render("support", "", {}).text == "ack.txt");
  CHECK(form.render("support", "de", {}).text == "ack.de.txt");
  CHECK(form.render("billing", "", {}).text == "ack.billing.txt");
  CHECK(form.render("Billing", "DE", {}).text == "ack.billing.de.txt");
  CHECK(form.render("billing", "fr", {}).text == "ack.billing.txt");
}

TEST_CASE("text and HTML of one answer are of one variant; a text without its HTML goes alone") {
  const support::TempDir dir("templates");
  for (const char* name : {"ack.txt", "ack.de.txt", "ack.fr.txt", "ack.html", "ack.fr.html"})
    support::write_text(dir.path() / name, name);
  config::Template files;
  files.enabled = true;
  files.text = dir.path() / "ack.txt";
  files.html = dir.path() / "ack.html";
  const AnswerTemplate form(files, "answers.new_ticket");
  CHECK(form.render("support", "", {}).html == "ack.html");
  CHECK(form.render("support", "fr", {}).html == "ack.fr.html");
  CHECK(form.render("support", "de", {}).text == "ack.de.txt");
  CHECK(form.render("support", "de", {}).html.empty());
}

TEST_CASE("a mark without its end is found at the start") {
  const support::TempDir dir("templates");
  support::write_text(dir.path() / "ack.txt", "{{number}}\nHello {{requester_name\n");
  config::Template files;
  files.enabled = true;
  files.text = dir.path() / "ack.txt";
  CHECK_THROWS_WITH_AS(AnswerTemplate(files, "answers.new_ticket"), doctest::Contains("ack.txt:2"), Error);
}

TEST_CASE("an unknown name is found at the start") {
  const support::TempDir dir("templates");
  support::write_text(dir.path() / "ack.txt", "Hello\n{{requster_name}}\n");
  config::Template files;
  files.enabled = true;
  files.text = dir.path() / "ack.txt";
  try {
    const AnswerTemplate form(files, "answers.new_ticket");
    FAIL("it was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(std::string(error.what()).find("ack.txt:2") != std::string::npos);
    CHECK(error.advice().find("requester_name") != std::string::npos);
  }
}

TEST_CASE("an agent's commands") {
  const AgentCommands c = take_commands("\n#Close\n#note\nDone.\n#open\n");
  CHECK(c.status == "closed");
  CHECK(c.note);
  CHECK(c.text == "Done.\n#open\n");
  CHECK_FALSE(take_commands("Hello #close").status);
}

TEST_CASE("the ticket's number stands in the subject once") {
  Ticket ticket;
  ticket.number = "T-17";
  for (const char* subject : {"printer", "Re: printer", "AW: Re: [T-17] printer", "[T-17] printer"}) {
    ticket.subject = subject;
    CHECK(answer_subject(ticket) == "Re: [T-17] printer");
  }
  ticket.subject = "About T-17 and more";
  CHECK(answer_subject(ticket) == "Re: About T-17 and more");
  ticket.subject = "About T-170";
  CHECK(answer_subject(ticket) == "Re: [T-17] About T-170");
}

}  // namespace poller::outbound
