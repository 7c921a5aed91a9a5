// The vault: what was altered does not open, what does not open is never replaced, and a key can be changed.
#include "oauth/vault.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/safe_file.h"
#include "oauth/said_warnings.h"
#include "scripted.h"

namespace poller::oauth {
namespace {

namespace fs = std::filesystem;

VaultEntry entry_of(const std::string& user) {
  VaultEntry entry;
  entry.account = {"https://login.example.test/t/oauth2/v2.0/token", "client-1", user};
  entry.refresh_token = Secret("refresh token of " + user);
  entry.flow = "code";
  return entry;
}

std::string content_of(const fs::path& file) { return read_file(file, 1 << 20); }

ErrorKind kind_of_reading(const Vault& vault, const AccountId& account) {
  try {
    static_cast<void>(vault.read(account));
  } catch (const Error& error) {
    CHECK_FALSE(std::string(error.what()).empty());
    CHECK_FALSE(error.advice().empty());
    return error.kind();
  }
  return ErrorKind::ours;
}

}  // namespace

TEST_CASE("what is written is read again, by its owner alone, and nothing of it stands in the clear") {
  const TempFolder folder;
  const Vault vault(folder.path() / "tokens", Secret("key"));
  VaultEntry entry = entry_of("a@contoso.com");
  vault.write(entry);
  CHECK(vault.read(entry.account)->refresh_token.reveal() == "refresh token of a@contoso.com");
  const fs::path file = vault.folder() / entry.account.file_name();
  struct stat st {};
  REQUIRE(::stat(file.c_str(), &st) == 0);
  CHECK((st.st_mode & 0777) == 0600);
  REQUIRE(::stat(vault.folder().c_str(), &st) == 0);
  CHECK((st.st_mode & 0777) == 0700);
  const std::string first = content_of(file);
  CHECK(first.find("refresh token") == std::string::npos);
  vault.write(entry);
  CHECK(content_of(file) != first);  // another nonce each time
  CHECK_FALSE(vault.read(entry_of("b@contoso.com").account).has_value());
}

TEST_CASE("no byte of a file can be changed, and no changed file is used or replaced") {
  const TempFolder folder;
  const Vault vault(folder.path(), Secret("key"));
  VaultEntry entry = entry_of("a@contoso.com");
  vault.write(entry);
  const fs::path file = vault.folder() / entry.account.file_name();
  const std::string good = content_of(file);
  for (std::size_t i = 0; i + 1 < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    write_file_atomically(file, bad);
    bool opened = false;
    try {
      opened = vault.read(entry.account).has_value();
    } catch (const Error& error) {
      CHECK((error.kind() == ErrorKind::sign_in || error.kind() == ErrorKind::configuration));
    }
    CHECK_FALSE_MESSAGE(opened, i);
    CHECK(content_of(file) == bad);
  }
  for (const std::size_t length : {std::size_t{0}, good.size() / 2, good.size() - 3}) {
    write_file_atomically(file, good.substr(0, length));
    CHECK(kind_of_reading(vault, entry.account) == ErrorKind::sign_in);
  }
  write_file_atomically(file, good);
  CHECK(vault.read(entry.account).has_value());
}

TEST_CASE("one account's file does not do in the place of another's") {
  const TempFolder folder;
  const Vault vault(folder.path(), Secret("key"));
  VaultEntry a = entry_of("a@contoso.com"), b = entry_of("b@contoso.com");
  vault.write(a);
  vault.write(b);
  fs::copy_file(vault.folder() / a.account.file_name(), vault.folder() / b.account.file_name(),
                fs::copy_options::overwrite_existing);
  CHECK(kind_of_reading(vault, b.account) == ErrorKind::sign_in);
  CHECK(vault.read(a.account).has_value());
}

TEST_CASE("another key: a matter of the configuration, and the advice says how to change keys") {
  const TempFolder folder;
  VaultEntry entry = entry_of("a@contoso.com");
  Vault(folder.path(), Secret("old")).write(entry);
  const Vault fresh(folder.path(), Secret("new"));
  CHECK(kind_of_reading(fresh, entry.account) == ErrorKind::configuration);
  try {
    static_cast<void>(fresh.read(entry.account));
  } catch (const Error& error) {
    CHECK(error.advice().find("vault rekey --old-key-file") != std::string::npos);
  }
}

TEST_CASE("rekey: all entries, again and again; interrupted, each is readable with either key") {
  const TempFolder folder;
  const Vault old(folder.path(), Secret("old")), fresh(folder.path(), Secret("new"));
  std::vector<VaultEntry> entries;
  for (const char* user : {"a@contoso.com", "b@contoso.com", "c@contoso.com"}) entries.push_back(entry_of(user));
  for (VaultEntry& e : entries) old.write(e);
  std::sort(entries.begin(), entries.end(),
            [](const VaultEntry& x, const VaultEntry& y) { return x.account.file_name() < y.account.file_name(); });
  // The second entry is held by somebody: the rekey stands still there, and is killed.
  const pid_t child = [&] {
    const auto held = old.lock(entries[1].account, std::chrono::seconds(1));
    const pid_t pid = ::fork();
    if (pid == 0) {
      static_cast<void>(fresh.rekey(Secret("old")));
      ::_exit(0);
    }
    for (int i = 0; i < 500; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (content_of(folder.path() / entries[0].account.file_name()).find(fresh.key_id()) != std::string::npos) break;
    }
    ::kill(pid, SIGKILL);
    return pid;
  }();
  ::waitpid(child, nullptr, 0);
  REQUIRE(fs::exists(folder.path() / "rekey"));
  for (const VaultEntry& e : entries) {
    CHECK(old.read(e.account).has_value());
    CHECK(fresh.read(e.account).has_value());
  }
  // A poller that still has the old key writes for those who have the new one.
  VaultEntry used = old.read(entries[2].account).value();
  used.refresh_token = Secret("rotated meanwhile");
  old.write(used);
  CHECK(fresh.read(entries[2].account)->refresh_token.reveal() == "rotated meanwhile");
  CHECK(kind_of_reading(Vault(folder.path(), Secret("third")), entries[1].account) == ErrorKind::configuration);
  CHECK(fresh.rekey(Secret("old")) == 1);
  CHECK(fresh.rekey(Secret("old")) == 0);
  CHECK_FALSE(fs::exists(folder.path() / "rekey"));
  CHECK(fresh.read(entries[0].account)->refresh_token.reveal() == "refresh token of " + entries[0].account.user);
  CHECK(kind_of_reading(old, entries[0].account) == ErrorKind::configuration);
}

TEST_CASE("a damaged entry stops a rekey before it has changed anything") {
  const TempFolder folder;
  const Vault old(folder.path(), Secret("old"));
  VaultEntry a = entry_of("a@contoso.com"), b = entry_of("b@contoso.com");
  old.write(a);
  old.write(b);
  const fs::path file = folder.path() / b.account.file_name();
  std::string bad = content_of(file);
  bad[bad.find("\"sealed\":\"") + 12] ^= 1;
  write_file_atomically(file, bad);
  CHECK_THROWS_AS(Vault(folder.path(), Secret("new")).rekey(Secret("old")), Error);
  CHECK(old.read(a.account).has_value());
  CHECK_FALSE(fs::exists(folder.path() / "rekey"));
  CHECK(Vault(folder.path() / "none", Secret("new")).rekey(Secret("old")) == 0);
}

TEST_CASE("rekey with a wrong old key changes nothing") {
  const TempFolder folder;
  VaultEntry entry = entry_of("a@contoso.com");
  const Vault old(folder.path(), Secret("old"));
  old.write(entry);
  try {
    Vault(folder.path(), Secret("new")).rekey(Secret("wrong"));
    FAIL("nothing was refused");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("but the file given as the old key holds key") != std::string::npos);
  }
  CHECK(old.read(entry.account).has_value());
}

TEST_CASE("a vault that cannot be written to is known before a provider is asked") {
  const TempFolder dir;
  CHECK_NOTHROW(Vault(dir.path(), Secret("key")).check_writable());
  try {
    Vault(dir.path() / "gone", Secret("key")).check_writable();
    FAIL("it is not there");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::storage);
    CHECK_FALSE(error.advice().empty());
  }
}

TEST_CASE("each warning is said once for each stage, also after a restart, and anew when it comes again") {
  const TempFolder folder;
  const ExpiryWarning at7{"support", "token", 6, 7, "ends", "do"}, at3{"support", "token", 2, 3, "ends", "do"};
  CHECK(take_unsaid(folder.path(), {at7}).size() == 1);
  CHECK(take_unsaid(folder.path(), {at7}).empty());
  CHECK(take_unsaid(folder.path(), {at3}).size() == 1);
  CHECK(take_unsaid(folder.path(), {at3}).empty());
  CHECK(take_unsaid(folder.path(), {}).empty());
  CHECK(take_unsaid(folder.path(), {at3}).size() == 1);
  CHECK(take_unsaid(folder.path() / "none", {at3}).size() == 1);
}

}  // namespace poller::oauth
