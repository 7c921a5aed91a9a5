#include "parsers/html_text.h"

#include <doctest/doctest.h>

using poller::html_to_text;

TEST_CASE("paragraphs and line breaks come as a browser shows them") {
  CHECK(html_to_text("<p>One</p><p>Two<br>Three</p>") == "One\n\nTwo\nThree");
  CHECK(html_to_text("<div>One</div><div>Two</div>") == "One\nTwo");
  CHECK(html_to_text("<div>One</div><div><br></div><div>Two</div>") == "One\n\nTwo");
}
