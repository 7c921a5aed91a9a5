#include "parsers/flowed.h"

#include <doctest/doctest.h>

using poller::unflow;

TEST_CASE("soft line breaks are undone") {
  CHECK(unflow("One \ntwo \nthree.\nFour.\n", false) == "One two three.\nFour.\n");
  CHECK(unflow("One \r\ntwo.\r\n", false) == "One two.\n");
  CHECK(unflow("One \rtwo.\r", false) == "One two.\n");
  CHECK(unflow("no end ", false) == "no end \n");
  CHECK(unflow("", false) == "");
}

TEST_CASE("with DelSp the blank goes with the break") {
  CHECK(unflow("日本 \n語。\n", true) == "日本語。\n");
  CHECK(unflow("one  \ntwo\n", true) == "one two\n");
}

TEST_CASE("stuffed blanks go, others stay") {
  CHECK(unflow(" >not a quote\n  indented\n From here\n", false) == ">not a quote\n indented\nFrom here\n");
}

TEST_CASE("quotes of different depth are kept apart") {
  CHECK(unflow("> one \n> two\n>> deep \n> back\nplain\n", false) == "> one two\n>> deep \n> back\nplain\n");
  CHECK(unflow(">\n> \n>>a\n", false) == ">\n>\n>> a\n");
}

TEST_CASE("the signature separator is no soft break") {
  CHECK(unflow("text\n-- \nBo\n", false) == "text\n-- \nBo\n");
  CHECK(unflow("text \n-- \nBo\n", false) == "text \n-- \nBo\n");
  CHECK(unflow("> -- \n> Bo\n", true) == "> -- \n> Bo\n");
}

TEST_CASE("an empty line ends a paragraph even behind a soft break") {
  CHECK(unflow("One \n\nTwo\n", false) == "One \n\nTwo\n");
}
