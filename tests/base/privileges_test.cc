#include "base/privileges.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace fs = std::filesystem;

namespace {

constexpr uid_t kSomebody = 54321;  // a number without a name: no passwd entry is needed

/// A temporary folder that somebody else owns.
struct OwnedFolder {
  fs::path path;
  OwnedFolder() {
    std::string name = (fs::temp_directory_path() / "poller-owner-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~OwnedFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

/// The exit status of `work` in a process of its own, since the change cannot be undone; 99 for an exception.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    int result = 99;
    try {
      result = work();
    } catch (...) {
    }
    ::_exit(result);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool is_root() {
  if (::geteuid() == 0) return true;
  MESSAGE("SKIPPED: becoming another user can be tried by root alone");
  return false;
}

}  // namespace

TEST_CASE("root becomes the owner of the storage folder before it makes a file") {
  if (!is_root()) return;
  const OwnedFolder folder;
  REQUIRE(::chown(folder.path.c_str(), kSomebody, kSomebody) == 0);
  const int result = in_child([&] {
    poller::become_owner_of(folder.path / "var" / "poller.db");
    if (::getuid() != kSomebody || ::geteuid() != kSomebody || ::getgid() != kSomebody) return 1;
    if (::getgroups(0, nullptr) > 1) return 2;
    if (::setuid(0) == 0) return 3;
    std::ofstream(folder.path / "made") << "x";
    return fs::exists(folder.path / "made") ? 0 : 4;
  });
  CHECK(result == 0);
  struct stat st {};
  REQUIRE(::stat((folder.path / "made").c_str(), &st) == 0);
  CHECK(st.st_uid == kSomebody);
}

TEST_CASE("root stays root where root owns the folder, and where the owner cannot enter it") {
  if (!is_root()) return;
  const OwnedFolder folder;
  const fs::path inner = folder.path / "inner";
  fs::create_directory(inner);
  CHECK(in_child([&] {
          poller::become_owner_of(inner / "poller.db");
          return ::geteuid() == 0 ? 0 : 1;
        }) == 0);
  REQUIRE(::chown(inner.c_str(), kSomebody, kSomebody) == 0);  // below a folder of mode 0700 that is root's
  CHECK(in_child([&] {
          poller::become_owner_of(inner / "poller.db");
          return ::geteuid() == 0 ? 0 : 1;
        }) == 0);
}

TEST_CASE("nobody else becomes anybody") {
  if (!is_root()) return;
  const OwnedFolder folder;
  REQUIRE(::chown(folder.path.c_str(), kSomebody, kSomebody) == 0);
  CHECK(in_child([&] {
          if (::setuid(kSomebody + 1) != 0) return 1;
          poller::become_owner_of(folder.path);
          return ::geteuid() == kSomebody + 1 ? 0 : 2;
        }) == 0);
}
