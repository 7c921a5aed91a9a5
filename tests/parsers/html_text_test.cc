#include "parsers/html_text.h"

#include <doctest/doctest.h>

#include <string>

using poller::html_to_text;

TEST_CASE("paragraphs and line breaks come as a browser shows them") {
  CHECK(html_to_text("<p>One</p><p>Two<br>Three</p>") == "One\n\nTwo\nThree");
  CHECK(html_to_text("<div>One</div><div>Two</div>") == "One\nTwo");
  CHECK(html_to_text("<div>One</div><div><br></div><div>Two</div>") == "One\n\nTwo");
  CHECK(html_to_text("One<br>Two<br><br>Three<br><br><br>Four") == "One\nTwo\n\nThree\n\nFour");
  CHECK(html_to_text("One<div>Two</div>Three") == "One\nTwo\nThree");
  CHECK(html_to_text("<h1>Title</h1>Text") == "Title\n\nText");
  CHECK(html_to_text("<p>One<p>Two") == "One\n\nTwo");
  CHECK(html_to_text("<div>One<br></div><div>Two</div>") == "One\nTwo");
  CHECK(html_to_text("One<hr>Two") == "One\n________________________________\nTwo");
}

TEST_CASE("blanks collapse, no-break ones stay, line ends carry none") {
  CHECK(html_to_text("  One \n\t two  <b> three</b> ") == "One two three");
  CHECK(html_to_text("One&nbsp;&nbsp;two") == "One  two");
  CHECK(html_to_text("<p>One&nbsp;</p><p>&nbsp;</p><p>Two</p>") == "One\n\nTwo");
  CHECK(html_to_text("A<b> </b>B<i> C</i>") == "A B C");
  CHECK(html_to_text("<div>&nbsp;&nbsp;indented</div>") == "  indented");
  CHECK(html_to_text("a\xE2\x80\x8B"
                     "b\xC2\xAD"
                     "c\xEF\xBB\xBF"
                     "d") == "abcd");
}

TEST_CASE("Word's paragraphs have no air but what is written") {
  CHECK(html_to_text("<p class=MsoNormal>One<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
                     "<p class=MsoNormal>Two</p><p class=MsoNormal>Three</p>") == "One\n\nTwo\nThree");
  CHECK(html_to_text("<style>P {margin-top:0;margin-bottom:0;}</style><p>One</p><p>Two</p>") == "One\nTwo");
  CHECK(html_to_text("<p style='margin:0cm'>One</p><p style='margin:0 0 0 36pt'>Two</p>") == "One\nTwo");
  CHECK(html_to_text("<p style='margin:0 0 12px'>One</p><p>Two</p>") == "One\n\nTwo");
}

TEST_CASE("entities") {
  CHECK(html_to_text("&lt;a&gt; &amp;amp; &quot;&apos; &eacute;&Eacute;&euro;&hellip;&#8211;&#x2013;&#X41;") ==
        "<a> &amp; \"' éÉ€…––A");
  CHECK(html_to_text("&#147;quoted&#148; &#128;5") == "“quoted” €5");
  CHECK(html_to_text("AT&T &copy2026 &nosuch; &ampx &notin; &not x") == "AT&T ©2026 &nosuch; &x ∉ ¬ x");
  CHECK(html_to_text("&#0;&#xD800;&#x110000;&#99999999999;") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(html_to_text("&#;&#x;&;& &") == "&#;&#x;&;& &");
  CHECK(html_to_text("&CounterClockwiseContourIntegral;&NotEqualTilde;") == "∳≂̸");
}

TEST_CASE("joiners stay where they mean something") {
  CHECK(html_to_text("👨&zwj;👩&zwj;👧 ok") == "👨‍👩‍👧 ok");
  CHECK(html_to_text("می&zwnj;خواهم") == "می‌خواهم");
  CHECK(html_to_text("Sale&zwnj;&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;<br>now") == "Sale\nnow");
}

TEST_CASE("lists") {
  CHECK(html_to_text("<p>Need:</p><ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul>done") ==
        "Need:\n\n- one\n- two\n  - deep\n\ndone");
  CHECK(html_to_text("<ol><li>one<li>two<br>more</ol>") == "1. one\n2. two\n   more");
  CHECK(html_to_text("<ol start=9><li>nine<li>ten</ol>") == "9. nine\n10. ten");
  CHECK(html_to_text("<ul><li><p>one</p></li><li><p>two</p></li></ul>") == "- one\n\n- two");
  CHECK(html_to_text("<dl><dt>Term<dd>Meaning</dl>") == "Term\nMeaning");
}

TEST_CASE("links carry their addresses where the text does not") {
  CHECK(html_to_text("See <a href=\"https://example.com/a?b=1&amp;c=2\">the page</a>.") ==
        "See the page <https://example.com/a?b=1&c=2>.");
  CHECK(html_to_text("<a href='https://example.com/'>https://example.com</a>") == "https://example.com");
  CHECK(html_to_text("<a href='http://www.example.com'>example.com</a>") == "example.com");
  CHECK(html_to_text("<a href='mailto:ann@example.com'>ann@example.com</a>") == "ann@example.com");
  CHECK(html_to_text("<a href='mailto:ann@example.com?subject=x'>Ann</a>") == "Ann <ann@example.com>");
  CHECK(html_to_text("<a href='tel:+49123456'>+49 123 456</a>") == "+49 123 456");
  CHECK(html_to_text("<a href='javascript:void(0)'>Click</a> <a href='#top'>Top</a> <a name=x>Here</a>") ==
        "Click Top Here");
  CHECK(html_to_text("<a href='https://example.com'><img src=x alt=Logo></a>") == "Logo <https://example.com>");
  CHECK(html_to_text("<a href='https://example.com'><img src=x></a>") == "");
  CHECK(html_to_text("<a href='https://a.example'>one<a href='https://b.example'>two</a>") ==
        "one <https://a.example>two <https://b.example>");
  CHECK(html_to_text("<a href='https://a.example'>one <br></a>two") == "one <https://a.example>\ntwo");
}

TEST_CASE("Safe Links are shown as what they wrap") {
  CHECK(html_to_text(
            "<a href='https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fa&amp;data=05'>"
            "the page</a>") == "the page <https://example.com/a>");
  CHECK(html_to_text(
            "<a href='https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fa&amp;data=05'>"
            "https://example.com/a</a>") == "https://example.com/a");
  CHECK(html_to_text("<a href='https://eur01.safelinks.protection.outlook.com/?url=http%3A%2F%2Fexample.com%2F%00%0Aa'>"
                     "the page</a>") == "the page <http://example.com/a>");
}

TEST_CASE("images give their alternative text, pixels nothing") {
  CHECK(html_to_text("Hi <img src=a alt='&#128512;'> there") == "Hi 😀 there");
  CHECK(html_to_text("Hi<img src=a alt='x' width=1 height=1>") == "Hi");
  CHECK(html_to_text("Hi<img src=a alt='x' style='width:0px'>") == "Hi");
}

TEST_CASE("tables of data keep their rows and cells") {
  CHECK(html_to_text("<table border=1><tr><th>Item<th>Price<tr><td>Pen<td>2<tr><td><td>3</table>") ==
        "Item | Price\nPen | 2\n| 3");
  CHECK(html_to_text("<table border=1><tr><td><p class=MsoNormal>a</p></td><td><p class=MsoNormal>b</p></td></tr>"
                     "<tr><td><p class=MsoNormal>c</p></td><td></td><td>d</td></tr></table>after") ==
        "a | b\nc | | d\n\nafter");
}

TEST_CASE("tables for layout are lines") {
  CHECK(html_to_text("<table><tr><td>Order:</td><td>123</td></tr><tr><td>Name:</td><td>Bo</td></tr></table>") ==
        "Order:\t123\nName:\tBo");
  CHECK(html_to_text("<table><tr><td><table><tr><td>A</td></tr></table></td></tr><tr><td>B</td></tr></table>C") ==
        "A\nB\nC");
  CHECK(html_to_text("<table><tr><td>A<br>B</td><td>C</td></tr></table>") == "A\nB\nC");
  CHECK(html_to_text("<table><tr><td><p>A</p></td></tr><tr><td><p>B</p></td></tr></table>") == "A\n\nB");
  CHECK(html_to_text("<table><tr><td>&nbsp;</td></tr><tr><td>A</td></tr></table>") == "A");
}

TEST_CASE("preformatted text is kept") {
  CHECK(html_to_text("<pre>\n  a  b\n    c\n\nd</pre>") == "  a  b\n    c\n\nd");
  CHECK(html_to_text("x<div style='white-space:pre-wrap'>a\n  b</div>y") == "x\na\n  b\ny");
}

TEST_CASE("quotes are marked") {
  CHECK(html_to_text("Yes<blockquote>One<br>Two<blockquote>Deep</blockquote></blockquote>No") ==
        "Yes\n\n> One\n> Two\n>\n>> Deep\n\nNo");
}

TEST_CASE("what nobody sees is gone") {
  CHECK(html_to_text("<head><title>T</title><style>p{color:red}</style><script>a<b</script></head><body>Text") ==
        "Text");
  for (const std::string hidden :
       {"style='display:none'", "style='DISPLAY : NONE !important'", "style='visibility:hidden'", "hidden",
        "style='opacity:0'", "style='position:absolute;left:-9999px'", "style='text-indent:-9999px'",
        "style='position:absolute;clip:rect(0,0,0,0)'", "style='font-size:0'", "style='font-size:1px;color:#fff'",
        "style='max-height:0;overflow:hidden'", "class=pre", "id=pre"}) {
    CAPTURE(hidden);
    CHECK(html_to_text("<style>.pre, #pre {display:none}</style><div " + hidden + ">Preheader <b>more</b></div>Text") ==
          "Text");
  }
  CHECK(html_to_text("<div style='font-size:0'><span style='font-size:14px'>Text</span> gone</div>") == "Text");
  CHECK(html_to_text("<style>@media (max-width:600px) { .a {display:none} }</style><p class=a>Text</p>") == "Text");
  CHECK(html_to_text("<div style='mso-hide:all'>Text</div>") == "Text");  // but in Word
  CHECK(html_to_text("<a style='mso-hide:all' href='https://example.com'>Pay</a>") == "Pay <https://example.com>");
  CHECK(html_to_text("<table><tr><td><span style='display:none'>gone</td><td>Text</td></tr></table>") == "Text");
  CHECK(html_to_text("<p style='display:none'>gone<p>Text") == "Text");
  CHECK(html_to_text("<div style='display:none'>a<div>b</div>c</div>Text") == "Text");
}

TEST_CASE("what is hidden and shown again is seen, and so are elements that a rule does not mean") {
  for (const std::string seen :
       {"<style>td.b{display:none}</style><p class=b>",
        "<style>.b{display:none}</style><p class=b style='display:block'>",
        "<style>.b{display:none} .b{display:block}</style><p class=b>", "<p style='display:none;display:block'>",
        "<p style='left:-9999px'>", "<style>.a .b{display:none}</style><p class=b>"}) {
    CAPTURE(seen);
    CHECK(html_to_text(seen + "Text</p>") == "Text");
  }
  for (const std::string hidden :
       {"<style>p.b{display:none}</style><p class=b>", "<p style='display:none !important;display:block'>",
        "<style>.b{display:none !important}</style><p class=b style='display:block'>"}) {
    CAPTURE(hidden);
    CHECK(html_to_text(hidden + "gone</p>Text") == "Text");
  }
}

TEST_CASE("a list item may say its number") {
  CHECK(html_to_text("<ol><li>a<li value=9>b<li>c</ol>") == "1. a\n9. b\n10. c");
}

TEST_CASE("comments, also Outlook's conditional ones") {
  CHECK(html_to_text("a<!-- b --><!-->c<!--->d<!-- x --!>e") == "acde");
  CHECK(html_to_text("<!--[if mso]>Outlook<![endif]-->a<!--[if !mso]><!-->b<!--<![endif]-->c<![if !mso]>d<![endif]>") ==
        "abcd");
  CHECK(html_to_text("<?xml version='1.0'?><!DOCTYPE html>a<![CDATA[<b>]]>") == "a<b>");
}

TEST_CASE("damaged HTML loses nothing that was meant to be read") {
  CHECK(html_to_text("a <!-- never closed> b") == "a b");
  CHECK(html_to_text("a <a href=\"x>b</a> c") == "a b c");
  CHECK(html_to_text("a <3 b < c && d") == "a <3 b < c && d");
  CHECK(html_to_text("Ann <ann@example.com> wrote <https://example.com/a>") ==
        "Ann <ann@example.com> wrote <https://example.com/a>");
  CHECK(html_to_text("</div></p>a</td><td>b") == "a\nb");
  CHECK(html_to_text("<title>never closed<p>a") == "never closed\n\na");
  CHECK(html_to_text("a<b") == "a");
  CHECK(html_to_text("a<") == "a<");
  CHECK(html_to_text("<b><p>x</b>y</p>z") == "xy\n\nz");
  CHECK(html_to_text("") == "");
}

TEST_CASE("depth costs nothing and loses nothing") {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<div>";
  CHECK(html_to_text(deep + "text") == "text");
  std::string quotes;
  for (int i = 0; i < 1000; ++i) quotes += "<blockquote>";
  CHECK(html_to_text(quotes + "text") == ">>>>>>>>>> text");
}
