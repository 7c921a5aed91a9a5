#include "intake/contact.h"

#include <doctest/doctest.h>

using poller::Address;
using poller::contact_of;

TEST_CASE("a contact's name is a person's, its address one spelling of it") {
  CHECK(contact_of({"Ann Lee", "Ann@Example.COM"}) == Address{"Ann Lee", "ann@example.com"});
  CHECK(contact_of({" 'Ann Lee' via Support ", "support@contoso.com"}).name == "Ann Lee");
  CHECK(contact_of({"\"'Ann Lee'\"", "ann@example.com"}).name == "Ann Lee");
  CHECK(contact_of({"ann@example.com", "ann@example.com"}).name.empty());
  CHECK(contact_of({"ANN", "ann@example.com"}).name.empty());
  CHECK(contact_of({"", "ann@b\u00fccher.example"}) == Address{"", "ann@xn--bcher-kva.example"});
  CHECK(contact_of({std::string(1000, 'n'), "a@x"}).name.size() == 200);
  CHECK(contact_of({"Ann", ""}) == Address{"Ann", ""});
}
