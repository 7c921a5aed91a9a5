// What clients mark in their HTML, each in the form that client writes.
#include <doctest/doctest.h>

#include <string>

#include "parsers/html_text.h"
#include "parsers/quoted_text.h"

using poller::new_text;

namespace {

/// The new text of a mail that has only HTML.
std::string kept(const std::string& html, std::string_view subject = "Re: Printer") {
  return new_text(poller::html_to_text(html), html, {subject, false}).text;
}

}  // namespace

TEST_CASE("Outlook desktop: a line above, the header block") {
  const std::string html =
      "<html><body><div class=WordSection1><p class=MsoNormal>It prints.<o:p></o:p></p><p "
      "class=MsoNormal><o:p>&nbsp;</o:p></p>"
      "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p "
      "class=MsoNormal><b>From:</b> "
      "Ann Lee &lt;ann@example.com&gt; <br><b>Sent:</b> Tuesday, March 3, 2026 10:15 AM<br><b>To:</b> "
      "Bo<br><b>Subject:</b> "
      "Printer<o:p></o:p></p></div></div><p class=MsoNormal>Does it?<o:p></o:p></p></div></body></html>";
  CHECK(kept(html) == "It prints.");
  CHECK(kept(html, "FW: Printer").find("Does it?") != std::string::npos);
}

TEST_CASE("Outlook on the web: the hr and the header, in a language not in the tables") {
  CHECK(kept("<div>Tlačí.</div><div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\" "
             "tabindex=\"-1\">"
             "<div id=\"divRplyFwdMsg\" dir=\"ltr\"><b>Xfrom:</b> Ann<br><b>Xsent:</b> 3. 3. 2026 10:15<br><b>Xto:</b> "
             "Bo<br></div>"
             "<div>Does it?</div>") == "Tlačí.");
}

TEST_CASE("Outlook mobile") {
  CHECK(
      kept(
          "<div dir=\"ltr\">It prints.</div><div id=\"ms-outlook-mobile-signature\"><div></div>Skaffa Outlook</div><hr>"
          "<div class=\"ms-outlook-mobile-reference-message\"><b>Xfrom:</b> Ann<br>Does it?</div>") == "It prints.");
}

TEST_CASE("Outlook for Mac") {
  CHECK(kept("<div>It prints.</div><span id=\"OLK_SRC_BODY_SECTION\"><div><b>Xfrom:</b> Ann</div><div>Does "
             "it?</div></span>") == "It prints.");
}

TEST_CASE("Gmail: the attribution, also in a language not in the tables") {
  CHECK(kept("<div dir=\"ltr\">It prints.</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">Yn "
             "ddiweddar: "
             "Ann<br></div><blockquote class=\"gmail_quote\">Does it?</blockquote></div>") == "It prints.");
}

TEST_CASE("Gmail: answers between the pieces of the quote are kept") {
  const std::string text = kept(
      "<div class=\"gmail_quote\"><div class=\"gmail_attr\">On Tue, 3 Mar 2026 at 10:15, Ann &lt;ann@example.com&gt; "
      "wrote:<br>"
      "</div><blockquote class=\"gmail_quote\">Does it?</blockquote><div>It does.</div><blockquote "
      "class=\"gmail_quote\">In "
      "colour?</blockquote><div>No.</div></div>");
  CHECK(text.find("It does.") != std::string::npos);
  CHECK(text.find("No.") != std::string::npos);
  CHECK(text.find("> Does it?") != std::string::npos);
}

TEST_CASE("Gmail: a forwarded mail stays") {
  const std::string text = kept(
      "<div>See below.</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">---------- Forwarded message "
      "---------<br>From: "
      "Ann<br></div>It is broken.</div>");
  CHECK(text.find("It is broken.") != std::string::npos);
}

TEST_CASE("Apple Mail: cited blockquotes, below, above and between") {
  const std::string quote =
      "<blockquote type=\"cite\"><div>Ar 3 Maw 2026, ysgrifennodd Ann:</div><br><div>Does it?</div></blockquote>";
  CHECK(kept("<div>It prints.</div><div><br>" + quote + "</div><br></body>") == "It prints.");
  CHECK(kept(quote + "<div>It prints.</div>") == "It prints.");
  CHECK(kept("<div>Hi</div>" + quote + "<div>It prints, as you can see on the picture that I attach.</div>" + quote +
             "<div>Bo</div>")
            .find("> Does it?") != std::string::npos);
}

TEST_CASE("Apple's mobile clients: the attribution in a quote of its own, the mail in the next") {
  const std::string attribution = "<blockquote type=\"cite\">Ar 3 Maw 2026, ysgrifennodd Ann:<br><br></blockquote>";
  const std::string quote = "<blockquote type=\"cite\"><div dir=\"ltr\">\uFEFFDoes it?</div></blockquote>";
  CHECK(kept("<div>It prints.</div><div dir=\"ltr\"><br>" + attribution + "</div>" + quote) == "It prints.");
  CHECK(kept(attribution + quote + "<div>It prints.</div>") == "It prints.");
  const std::string answered = attribution + quote + "<div>It does.</div>" + quote + "<div>No.</div>";
  CHECK(kept(answered).find("> Does it?") != std::string::npos);
  const std::string html = "<body dir=\"auto\">It prints.<div>Sent from my iPhone</div><div dir=\"ltr\"><br>" +
                           attribution + "</div>" + quote + "</body>";
  const auto result =
      new_text("It prints.\n\nSent from my iPhone\n\n> Ar 3 Maw 2026, ysgrifennodd Ann:\n> \n> \uFEFFDoes it?\n", html);
  CHECK(result.text == "It prints.");
  CHECK(result.signature.value_or("") == "Sent from my iPhone");
}

TEST_CASE("Apple Mail: a forwarded mail stays") {
  CHECK(kept("<div>See below.</div><blockquote type=\"cite\"><div>Begin forwarded message:</div><br><div><b>From: "
             "</b>Ann</div>"
             "<div>It is broken.</div></blockquote>")
            .find("It is broken.") != std::string::npos);
}

TEST_CASE("Thunderbird: the cite prefix") {
  CHECK(kept("<p>It prints.</p><div class=\"moz-cite-prefix\">Ann idatzi zuen:<br></div><blockquote type=\"cite\" "
             "cite=\"mid:1\">Does "
             "it?</blockquote><div class=\"moz-signature\">-- <br>Bo</div>") == "It prints.");
  CHECK(kept("<p>See.</p><div class=\"moz-forward-container\"><br>-------- Xforward --------<table "
             "class=\"moz-email-headers-table\"><tr><th>Subject:</th><td>Printer</td></tr></table>Broken.</div>")
            .find("Broken.") != std::string::npos);
}

TEST_CASE("Yahoo, GMX, Proton, Zoho, Spark, mail.ru") {
  for (const std::string open :
       {"<div id=\"yahoo_quoted_1\" class=\"yahoo_quoted\">", "<div name=\"quote\" style=\"border-left:2px solid\">",
        "<div class=\"protonmail_quote\">", "<div class=\"zmail_extra\">", "<div name=\"messageReplySection\">",
        "<blockquote class=\"mail-quote-collapse\">", "<div class=\"tutanota_quote\">",
        "<div class=\"front-blockquote\">"}) {
    CAPTURE(open);
    CHECK(kept("<div>It prints.</div>" + open + "<div>Ann, 3 Mar:</div><div>Does it?</div></div>") == "It prints.");
  }
}

TEST_CASE("signatures that clients mark are taken off and told") {
  for (const std::string open :
       {"<div id=\"Signature\">", "<div class=\"gmail_signature\" data-smartmail=\"gmail_signature\">",
        "<div id=\"AppleMailSignature\">", "<div class=\"moz-signature\">",
        "<div class=\"protonmail_signature_block\">", "<div id=\"bloop_sign_1\">",
        "<div name=\"messageSignatureSection\">"}) {
    CAPTURE(open);
    const std::string html = "<div>It prints.</div>" + open + "<p>Bo Berg<br>Example Ltd</p></div>";
    const auto result = new_text(poller::html_to_text(html), html);
    CHECK(result.text == "It prints.");
    CHECK(result.signature.value_or("") == "Bo Berg\nExample Ltd");
  }
  const std::string only = "<div id=\"Signature\">Bo Berg</div>";
  CHECK(new_text(poller::html_to_text(only), only).text == "Bo Berg");
}

TEST_CASE("marks of the HTML are found in the plain text beside it") {
  const std::string html =
      "<div>It prints, see <a href=\"https://example.com/log\">the log</a>.</div><div id=\"Signature\">Bo "
      "Berg<br>Example Ltd</div>"
      "<div id=\"divRplyFwdMsg\"><b>Xfrom:</b> Ann Lee of the other building</div><div>Does it?</div>";
  const std::string text =
      "It prints, see *the log* [https://example.com/log].\n\nBo Berg\nExample Ltd\n\nXfrom: Ann Lee of the other "
      "building\n\nDoes it?\n";
  const auto result = new_text(text, html);
  CHECK(result.text == "It prints, see *the log* [https://example.com/log].");
  CHECK(result.signature.value_or("") == "Bo Berg\nExample Ltd");
}

TEST_CASE("text that its writer set in is the writer's own") {
  for (const std::string open : {"<blockquote>", "<blockquote style=\"margin:0 0 0 40px;border:none;padding:0px\">",
                                 "<blockquote style=\"margin-top:5.0pt\">"}) {
    CAPTURE(open);
    const std::string own = open + "<div>Turn it off and on.</div></blockquote>";
    CHECK(kept("<div>My steps:</div>" + own).find("> Turn it off") != std::string::npos);
    CHECK(kept("<div>My steps</div>" + own + "<div>Regards, Bo</div>").find("> Turn it off") != std::string::npos);
    CHECK(kept("<div>It prints.</div><div>On Tue, 3 Mar 2026, Ann &lt;ann@example.com&gt; wrote:</div>" + own) ==
          "It prints.");
    CHECK(kept("<div>It prints.</div>" + open +
               "<div>On Tue, 3 Mar 2026, Ann &lt;ann@example.com&gt; wrote:</div>Does "
               "it?</blockquote>") == "It prints.");
  }
  CHECK(kept("<p>Bo wrote:</p><blockquote>It is broken.</blockquote><p>Reply in the portal.</p>", "New comment")
            .find("> It is broken.") != std::string::npos);
  CHECK(kept("<p>It prints.</p><blockquote style=\"border-left:2px solid blue\">Does it?</blockquote>") ==
        "It prints.");
}

TEST_CASE("Outlook desktop and Windows Mail: the line above the header block, in a language not in the tables") {
  for (const std::string style :
       {"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm",
        "border:none; border-top:solid #B5C4DF 1.0pt; padding:3.0pt 0in 0in 0in",
        "padding-top: 5px; border-top-color: rgb(229, 229, 229); border-top-width: 1px; border-top-style: solid;"}) {
    CAPTURE(style);
    CHECK(kept("<p class=MsoNormal>It prints.</p><div><div style=\"" + style +
               "\"><p class=MsoNormal><b>Xfrom:</b> Ann<br><b>Xsent:</b> Tue</p></div></div><p>Does it?</p>") ==
          "It prints.");
  }
}

TEST_CASE("Yahoo's own letters before its names") {
  CHECK(kept("<div class=\"ydp5f6e\">It prints.</div><div id=\"ydp5f6eyahoo_quoted_1\" "
             "class=\"ydp5f6eyahoo_quoted\"><div>Ann, "
             "Monday:</div>Does it?</div>") == "It prints.");
}

TEST_CASE("HTML that has nothing to do with the text changes nothing") {
  CHECK(new_text("It prints.", "<p>Other</p><div class=yahoo_quoted>words in great number</div>").text == "It prints.");
}
