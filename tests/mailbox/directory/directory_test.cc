#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <span>

#include "base/error.h"
#include "mailbox/directory/directory.h"
#include "mailbox/directory/folder_watch.h"

using namespace poller;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    char name[] = "/tmp/poller-directory-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& content = "Subject: x\r\n\r\nbody\r\n") const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << content;
  }
};

std::vector<RawMail> fetch_every(Mailbox& box, std::uint64_t max_size = 1'000'000) {
  std::vector<RawMail> out;
  const auto listed = box.list({});
  box.fetch(listed, {max_size}, [&](RawMail&& mail) {
    out.push_back(std::move(mail));
    return true;
  });
  return out;
}

}  // namespace

TEST_CASE("a drop folder: every .eml, nothing else; a name used again is another mail") {
  Folder f;
  f.write("b.eml");
  f.write("a.EML");
  f.write("notes.txt");
  f.write(".hidden.eml");
  auto box = make_directory_mailbox("drop", f.path);
  box->open(false);
  const auto first = fetch_every(*box);
  REQUIRE(first.size() == 2);
  CHECK(first[0].source.uidl.starts_with("a.EML;"));
  f.write("b.eml", "Subject: another\r\n\r\nlonger body than before\r\n");
  const auto again = fetch_every(*box);
  CHECK(again[1].source.uidl != first[1].source.uidl);
}

TEST_CASE("a Maildir: new and cur, flags are no part of the key, seen moves to cur") {
  Folder f;
  f.write("new/1.host");
  f.write("cur/2.host:2,RS");
  fs::create_directories(f.path / "tmp");
  auto box = make_directory_mailbox("maildir", f.path);
  box->open(false);
  const auto listed = box->list({});
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].source.uidl == "1.host");
  CHECK(listed[1].source.uidl == "2.host");
  CHECK(listed[1].seen);
  const std::vector<SourceKey> keys{listed[0].source, listed[1].source};
  SUBCASE("seen") {
    box->settle(keys, {SettleAction::What::seen, {}});
    CHECK(fs::exists(f.path / "cur/1.host:2,S"));
    CHECK(fs::exists(f.path / "cur/2.host:2,RS"));
  }
  SUBCASE("move") {
    box->settle(keys, {SettleAction::What::move, "Done"});
    CHECK(fs::exists(f.path / ".Done/cur/1.host:2,S"));
    CHECK(box->list({}).empty());
  }
  SUBCASE("remove, twice") {
    box->settle(keys, {SettleAction::What::remove, {}});
    box->settle(keys, {SettleAction::What::remove, {}});
    CHECK(box->list({}).empty());
  }
  SUBCASE("a mail reader changes the flags between list and fetch") {
    fs::rename(f.path / "new/1.host", f.path / "cur/1.host:2,F");
    CHECK(fetch_every(*box).size() == 2);
  }
}

TEST_CASE("a moved mail leaves one of the same name alone that was moved before") {
  Folder f;
  f.write("scan.eml", "Subject: first\r\n\r\n");
  auto box = make_directory_mailbox("drop", f.path);
  box->open(false);
  const SettleAction move{SettleAction::What::move, "done"};
  for (const char* subject : {"Subject: second\r\n\r\n", "Subject: third\r\n\r\n"}) {
    const auto listed = box->list({});
    REQUIRE(listed.size() == 1);
    const SourceKey key = listed[0].source;
    box->settle(std::span(&key, 1), move);
    box->settle(std::span(&key, 1), move);  // asked for again after a crash: it is gone, which is no error
    f.write("scan.eml", subject);
  }
  CHECK(fs::file_size(f.path / "done/scan.eml") == 18);
  CHECK(fs::file_size(f.path / "done/scan.2.eml") == 19);
}

TEST_CASE("over the limit only the header block comes") {
  Folder f;
  f.write("big.eml", "Subject: big\r\n\r\n" + std::string(5000, 'x'));
  auto box = make_directory_mailbox("drop", f.path);
  box->open(false);
  const auto mails = fetch_every(*box, 1000);
  REQUIRE(mails.size() == 1);
  CHECK_FALSE(mails[0].complete);
  CHECK(mails[0].bytes == "Subject: big\r\n\r\n");
  CHECK(mails[0].announced_size > 5000);
}

TEST_CASE("a folder that is not there is a configuration error that names it") {
  auto box = make_directory_mailbox("drop", "/nonexistent/folder");
  CHECK_THROWS_WITH_AS(box->open(false), "mailbox drop: /nonexistent/folder is no folder", Error);
}

TEST_CASE("the kernel tells of a mail that comes; one that is still being written is left for later") {
  const Folder folder;
  const auto box = make_directory_mailbox("files", folder.path);
  box->open(false);
  REQUIRE(box->begin_watch());
  CHECK(box->list({}).empty());
  CHECK_FALSE(box->has_news());
  {
    std::ofstream half(folder.path / "a.eml");
    half << "Subject: x\r\n" << std::flush;
    CHECK_FALSE(box->has_news());
    CHECK(box->list({}).empty());
  }
  CHECK(box->has_news());
  CHECK_FALSE(box->has_news());
  CHECK(box->list({}).size() == 1);
  folder.write(".b");
  box->has_news();
  fs::rename(folder.path / ".b", folder.path / "b.eml");
  CHECK(box->has_news());
  CHECK(box->list({}).size() == 2);
  box->close();
  CHECK(box->descriptor() == -1);
}

TEST_CASE("a file that cannot be read keeps no other one back, and is no empty mail") {
  Folder f;
  f.write("a.eml");
  fs::create_symlink("/proc/self/mem", f.path / "b.eml");  // a file to stat(2), and an error to read(2)
  f.write("c.eml");
  auto box = make_directory_mailbox("drop", f.path);
  box->open(false);
  const auto mails = fetch_every(*box);
  REQUIRE(mails.size() == 2);
  CHECK(fs::path(mails[0].file).filename() == "a.eml");
  CHECK(fs::path(mails[1].file).filename() == "c.eml");
}

TEST_CASE("a folder that is renamed or deleted under a watch ends the watch: the next one is on what lies there then") {
  Folder f;
  f.write("drop/a.eml");
  auto box = make_directory_mailbox("drop", f.path / "drop");
  box->open(false);
  CHECK_FALSE(box->has_news());
  SUBCASE("renamed") { fs::rename(f.path / "drop", f.path / "old"); }
  SUBCASE("deleted") { fs::remove_all(f.path / "drop"); }
  CHECK_THROWS_AS(box->has_news(), Error);
  f.write("drop/b.eml");
  box->close();
  box->open(false);
  f.write("drop/c.eml");
  CHECK(box->has_news());
}

TEST_CASE("what a watch saw written to its end is known by its name, once") {
  Folder f;
  FolderWatch watch;
  REQUIRE(watch.open({f.path}));
  CHECK_FALSE(watch.saw_finished("a.eml"));
  f.write("a.eml");
  CHECK(watch.take_news());
  CHECK(watch.saw_finished("a.eml"));
  CHECK_FALSE(watch.is_lost());
  watch.forget_finished("a.eml");
  CHECK_FALSE(watch.saw_finished("a.eml"));
}

TEST_CASE("a Maildir tells of deliveries too") {
  const Folder folder;
  for (const auto* part : {"tmp", "new", "cur"}) fs::create_directories(folder.path / part);
  const auto box = make_directory_mailbox("files", folder.path);
  box->open(false);
  folder.write("tmp/1.host");
  CHECK_FALSE(box->has_news());
  fs::rename(folder.path / "tmp/1.host", folder.path / "new/1.host");
  CHECK(box->has_news());
  CHECK(box->list({}).size() == 1);
}
