// A number with its noun.
#include "base/counted.h"

#include <doctest/doctest.h>

using poller::counted;

TEST_CASE("one of a thing is no plural, and some plurals have a form of their own") {
  CHECK(counted(1, "mail") == "1 mail");
  CHECK(counted(0, "mail") == "0 mails");
  CHECK(counted(2, "mail") == "2 mails");
  CHECK(counted(-1, "day") == "-1 days");
  CHECK(counted(1, "try", "tries") == "1 try");
  CHECK(counted(3, "try", "tries") == "3 tries");
}
