#include "outbound/quotable_html.h"

#include <doctest/doctest.h>

namespace poller::outbound {

TEST_CASE("what can be read stays, with its structure") {
  CHECK(quotable_html("<html><head><title>x</title><style>p{}</style></head><body class=a><p align=center>Hi <b>Ann</b>"
                      " &amp; co<br>1 &lt; 2</p><img src=\"cid:1@x\" alt='a \"b\"'></body></html>") ==
        "<p align=\"center\">Hi <b>Ann</b> &amp; co<br>1 &lt; 2</p><img src=\"cid:1@x\" alt=\"a &quot;b&quot;\">");
  CHECK(quotable_html("<table><tr><td style=\"color:red\">a<td>b</table>") ==
        "<table><tr><td style=\"color:red\">a<td>b</td></td></tr></table>");
  CHECK(quotable_html("no tags, 3 < 4") == "no tags, 3 &lt; 4");
}

TEST_CASE("it ends where it began: nothing in it closes what is around it, or stays open") {
  CHECK(quotable_html("a</blockquote></div></td></table><p>We are the help desk") == "a<p>We are the help desk</p>");
  CHECK(quotable_html("<div><i>a</div>b</i>") == "<div><i>a</i></div>b");
  CHECK(quotable_html("<!-- --><blockquote><blockquote>a") == "<blockquote><blockquote>a</blockquote></blockquote>");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<div>";
  CHECK(quotable_html(deep).size() < 10'000);
}

TEST_CASE("nothing that runs, loads, asks or moves itself elsewhere") {
  CHECK(quotable_html("a<script>alert(1)</script>b<SCRIPT src=x></SCRIPT>c") == "abc");
  CHECK(quotable_html("<p onclick=\"x()\" id=a>a</p>") == "<p>a</p>");
  CHECK(quotable_html("<a href=\" java\tscript:x()\">a</a><a href='https://example.com/?a=b&amp;c'>b</a>") ==
        "<a>a</a><a href=\"https://example.com/?a=b&amp;c\">b</a>");
  CHECK(quotable_html("<a href=\"&#106;avascript:x()\">a</a><a href=\"/x:y\">b</a>") ==
        "<a>a</a><a href=\"/x:y\">b</a>");
  CHECK(quotable_html("<div style=\"position:fixed;top:0\">a</div>") == "<div>a</div>");
  CHECK(quotable_html("<p style=\"margin-top:-20em\">a</p><p style=\"margin:0 0 1em\">b</p>") ==
        "<p>a</p><p style=\"margin:0 0 1em\">b</p>");
  CHECK(quotable_html("<form action=x><input name=a>a<iframe src=x>b</iframe><svg><p>c</svg></form>d") == "ad");
}

}  // namespace poller::outbound
