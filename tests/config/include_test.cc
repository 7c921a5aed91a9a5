#include <doctest/doctest.h>

#include <string>

#include "config/load.h"
#include "tests/config/config_files.h"

using namespace poller::config;
using poller::test::ConfigFolder;

namespace {

constexpr const char* kMailbox = "{name: main, protocol: directory, path: mail}";

std::string including(const std::string& patterns) {
  return "include: " + patterns + "\nmailboxes: [" + kMailbox + "]\n";
}

}  // namespace

TEST_CASE("included files bring mailboxes and queues, their paths relative to themselves") {
  const ConfigFolder folder;
  folder.write("conf.d/b.yaml", "name: second\nprotocol: directory\npath: mail\n");
  folder.write("conf.d/a.yaml", "mailboxes: [{name: first, protocol: directory, path: ../x, queue: sales}]\n");
  folder.write("queues.yaml", "version: 1\nqueues: [{name: support}, {name: sales}]\n");
  const Loaded loaded = folder.load(including("[conf.d/*.yaml, queues.yaml]"));
  CHECK(folder.complaints(loaded).empty());
  REQUIRE(loaded.config.mailboxes.size() == 3);
  CHECK(loaded.config.mailboxes[0].name == "main");
  CHECK(loaded.config.mailboxes[1].name == "first");
  CHECK(loaded.config.mailboxes[1].path == folder.path() / "x");
  CHECK(loaded.config.mailboxes[2].name == "second");
  CHECK(loaded.config.mailboxes[2].path == folder.path() / "conf.d/mail");
  CHECK(loaded.config.queues.size() == 2);
}

TEST_CASE("a pattern may match nothing, a name may not") {
  const ConfigFolder folder;
  CHECK(folder.complaints(folder.load(including("[conf.d/*.yaml, \"*.yml\"]"))).empty());
  CHECK(folder.complaints(folder.load(including("more.yaml"))) ==
        "poller.yaml:1:10: error: include: found \"more.yaml\"; allowed: files that exist and can be read\n");
}

TEST_CASE("a folder's wildcards in its own name are taken literally") {
  const ConfigFolder folder;
  folder.write("a[1]*/more.yaml", "name: second\nprotocol: directory\npath: mail\n");
  const auto main = folder.write("a[1]*/poller.yaml", including("m*.yaml"));
  CHECK(load(main).config.mailboxes.size() == 2);
}

TEST_CASE("files that include themselves, or come twice, are refused") {
  const ConfigFolder folder;
  folder.write("a.yaml", "include: b.yaml\n");
  folder.write("b.yaml", "include: a.yaml\n");
  CHECK(folder.complaints(folder.load(including("a.yaml"))) ==
        "b.yaml:1:10: error: include: \"a.yaml\" includes itself; allowed: files that do not lead back here\n");
  folder.write("c.yaml", "name: second\nprotocol: directory\npath: mail\n");
  CHECK(folder.complaints(folder.load(including("[c.yaml, \"c*.yaml\"]"))) ==
        "poller.yaml:1:10: error: include: \"c.yaml\" is included twice; allowed: once\n");
  CHECK(
      folder.complaints(folder.load(including("\"p*.yaml\""))) ==
      "poller.yaml:1:10: error: include: \"poller.yaml\" includes itself; allowed: files that do not lead back here\n");
}

TEST_CASE("complaints about included files name them, after those about the main file") {
  const ConfigFolder folder;
  folder.write("conf.d/a.yaml", "name: first\nprotocol: directory\npath: x\npoll_evry: 5m\n");
  folder.write("conf.d/b.yaml", "storage: sqlite:x\n");
  const std::string all = folder.complaints(folder.load(including("conf.d/*.yaml") + "storag: x\n"));
  INFO(all);
  const std::size_t main = all.find("poller.yaml:3:1: error: unknown key \"storag\"; did you mean \"storage\"?");
  const std::size_t first =
      all.find("conf.d/a.yaml:4:1: error: mailboxes[first]: unknown key \"poll_evry\"; did you mean \"poll_every\"?");
  const std::size_t second =
      all.find("conf.d/b.yaml:1:1: error: unknown key \"storage\"; allowed: version, mailboxes, queues, include");
  CHECK(main != std::string::npos);
  CHECK(first != std::string::npos);
  CHECK(second != std::string::npos);
  CHECK(main < first);
  CHECK(first < second);
}

TEST_CASE("two mailboxes of one name are told apart by their files") {
  const ConfigFolder folder;
  folder.write("a.yaml", "\nname: main\nprotocol: directory\npath: x\n");
  CHECK(folder.complaints(folder.load(including("a.yaml"))) ==
        "a.yaml:2:1: error: a second mailbox named \"main\"; the first is at poller.yaml:2:13; allowed: names that "
        "differ\n");
}
