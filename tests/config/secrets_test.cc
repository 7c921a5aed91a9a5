#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "base/error.h"
#include "config/credentials.h"
#include "config/load.h"
#include "config/run_command.h"
#include "config/secret_ref.h"
#include "tests/config/config_files.h"

using namespace poller;
using namespace poller::config;
using poller::test::ConfigFolder;

namespace {

SecretRef reference(SecretSource source, const std::string& name) {
  SecretRef ref;
  ref.source = source;
  ref.name = name;
  ref.place = {"poller.yaml", 3, 7};
  return ref;
}

SecretRef command(std::vector<std::string> argv) {
  SecretRef ref = reference(SecretSource::command, argv.front());
  ref.command = std::move(argv);
  return ref;
}

std::string value_of(const SecretRef& ref) { return std::string(resolve_secret(ref).reveal()); }

/// What the refusal says, "" when there is none; every refusal is a matter of configuration.
std::string refusal_of(const SecretRef& ref) {
  try {
    resolve_secret(ref);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::configuration);
    return e.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a file's last line end is not part of the secret") {
  const ConfigFolder folder;
  const auto value = [&](const std::string& content) {
    return value_of(reference(SecretSource::file, folder.write("s", content).string()));
  };
  CHECK(value("hunter2") == "hunter2");
  CHECK(value("hunter2\n") == "hunter2");
  CHECK(value("hunter2\r\n") == "hunter2");
  CHECK(value("hunter2\n\n") == "hunter2\n");
  CHECK(value(" hunter2 \n") == " hunter2 ");
  CHECK(contains(refusal_of(reference(SecretSource::file, folder.write("s", "\n").string())), "the secret is empty"));
}

TEST_CASE("a file that others can read or write is refused, at load and at use") {
  const ConfigFolder folder;
  for (const unsigned mode : {0640U, 0604U, 0620U, 0602U}) {
    CAPTURE(mode);
    const auto file = folder.write("s", "canary", mode);
    const std::string refusal = refusal_of(reference(SecretSource::file, file.string()));
    CHECK(contains(refusal, "others can read or change it"));
    CHECK(contains(refusal, "poller.yaml:3:7"));
    CHECK_FALSE(contains(refusal, "canary"));
    const Loaded loaded =
        folder.load("vault: {key: {file: s}}\nmailboxes: [{name: a, protocol: directory, path: .}]\n");
    CHECK_FALSE(loaded.ok());
    CHECK(contains(folder.complaints(loaded), "poller.yaml:1:21: error: vault.key.file: \"s\" has mode 0"));
  }
  CHECK(secret_file_fault(folder.write("s", "x", 0600)).empty());
  CHECK(secret_file_fault(folder.write("s", "x", 0400)).empty());
  CHECK(contains(secret_file_fault(folder.path()), "is a folder"));
  CHECK(secret_file_fault(folder.path() / "missing").empty());
}

TEST_CASE("a missing file is refused at use, and found by check") {
  const ConfigFolder folder;
  const Loaded loaded = folder.load("vault: {key: {file: s}}\nmailboxes: [{name: a, protocol: directory, path: .}]\n");
  CHECK(loaded.ok());
  CHECK(contains(refusal_of(loaded.config.vault_key), "does not exist"));
  const auto found = check_files(loaded.config);
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0].text, "vault.key: found "));
  CHECK(found[0].place.line == 1);
  folder.write("s", "x");
  CHECK(check_files(loaded.config).empty());
}

TEST_CASE("a file of somebody else is refused, unless root asks") {
  if (::geteuid() != 0) {
    MESSAGE("SKIPPED: giving a file away can be done by root alone");
    return;
  }
  const ConfigFolder folder;
  const auto file = folder.write("s", "hunter2", 0600);
  REQUIRE(::chown(file.c_str(), 54321, 54321) == 0);
  CHECK(secret_file_fault(file).empty());
  REQUIRE(::seteuid(54322) == 0);
  // The folder is root's and closed: what a closed folder hides has no fault.
  CHECK(secret_file_fault(file).empty());
  REQUIRE(::seteuid(0) == 0);
  std::filesystem::permissions(folder.path(), static_cast<std::filesystem::perms>(0755));
  REQUIRE(::seteuid(54322) == 0);
  const std::string fault = secret_file_fault(file);
  REQUIRE(::seteuid(0) == 0);
  CHECK(contains(fault, "belongs to user 54321"));
}

TEST_CASE("environment variables") {
  ::setenv("POLLER_TEST_SECRET", "hunter2\n", 1);
  CHECK(value_of(reference(SecretSource::env, "POLLER_TEST_SECRET")) == "hunter2");
  ::unsetenv("POLLER_TEST_SECRET");
  CHECK(contains(refusal_of(reference(SecretSource::env, "POLLER_TEST_SECRET")), "POLLER_TEST_SECRET is not set"));
}

TEST_CASE("commands run without a shell, and only what they print counts") {
  CHECK(value_of(command({"printf", "hunter2\\n"})) == "hunter2");
  CHECK(value_of(command({"echo", "$HOME;`id`"})) == "$HOME;`id`");
  CHECK(value_of(command({"sh", "-c", "echo hunter2; echo noise >&2"})) == "hunter2");
  CHECK(value_of(command({"sh", "-c", "cat; echo hunter2"})) == "hunter2");  // nothing on its standard input
}

TEST_CASE("a command that fails is refused without a byte of what it said") {
  const std::string refusal = refusal_of(command({"sh", "-c", "echo canary; echo canary >&2; exit 3"}));
  CHECK(contains(refusal, "the command \"sh\" exited with status 3"));
  CHECK_FALSE(contains(refusal, "canary"));
  CHECK(contains(refusal_of(command({"sh", "-c", "kill -9 $$"})), "was ended by signal 9"));
  CHECK(contains(refusal_of(command({"/nonexistent/program"})), "cannot be started: No such file or directory"));
  CHECK(contains(refusal_of(command({"sh", "-c", "head -c 100000 /dev/zero"})), "printed more than 65536 bytes"));
  CHECK(contains(refusal_of(command({"true"})), "the secret is empty"));
}

TEST_CASE("a command that hangs is ended at the deadline, with what it started") {
  const ConfigFolder folder;
  const auto start = std::chrono::steady_clock::now();
  const std::string script = "(sleep 60; echo x > " + (folder.path() / "late").string() + ") & sleep 60";
  const CommandResult result = run_command({"sh", "-c", script}, std::chrono::milliseconds(200));
  CHECK(result.end == CommandResult::End::timed_out);
  CHECK(result.output.empty());
  const CommandResult closed = run_command({"sh", "-c", "exec >&-; sleep 60"}, std::chrono::milliseconds(200));
  CHECK(closed.end == CommandResult::End::timed_out);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("inside a unit a credential comes from the unit's folder alone") {
  const ConfigFolder folder;
  folder.write("unit/key", "from the unit", 0440);  // systemd's access list shows as a group's right
  folder.write("store/other", "x");
  CredentialPlaces places;
  places.unit_folder = (folder.path() / "unit").string();
  places.service_store = folder.path() / "service";
  places.store = folder.path() / "store";
  CHECK(read_credential("key", places).reveal() == "from the unit");
  CHECK_THROWS_WITH_AS(read_credential("other", places), doctest::Contains("unit/other ($CREDENTIALS_DIRECTORY)"),
                       Error);
}

TEST_CASE("outside a unit a credential comes from the service's, from the store, then from the encrypted store") {
  const ConfigFolder folder;
  folder.write("service/vault-key", "the service's");
  folder.write("store/vault-key", "another");
  folder.write("store/plain", "from the store");
  folder.write("encrypted/plain", "never read");
  folder.write("encrypted/sealed", "sealed");
  folder.write("encrypted/broken", "broken");
  CredentialPlaces places;
  places.service_store = folder.path() / "service";
  places.store = folder.path() / "store";
  places.encrypted_store = folder.path() / "encrypted";
  constexpr const char* kDecrypt = R"sh(#!/bin/sh
[ "$1" = --name=sealed ] && [ "$2" = decrypt ] && [ "$4" = - ] && exec printf 'un%s' "$(cat "$3")"
echo canary >&2
exit 1
)sh";
  places.decrypt_program = folder.write("decrypt", kDecrypt, 0700).string();
  CHECK(read_credential("vault-key", places).reveal() == "the service's");
  CHECK(read_credential("plain", places).reveal() == "from the store");
  CHECK(read_credential("sealed", places).reveal() == "unsealed");
  CHECK_THROWS_WITH_AS(read_credential("broken", places), doctest::Contains("exited with status 1"), Error);
  std::string refusal;
  try {
    read_credential("nowhere", places);
  } catch (const Error& e) {
    refusal = e.what();
  }
  CHECK(contains(refusal, "$CREDENTIALS_DIRECTORY (not set"));
  CHECK(contains(refusal, "service/nowhere"));
  CHECK(contains(refusal, "store/nowhere"));
  CHECK(contains(refusal, "encrypted/nowhere"));
}

TEST_CASE("a stored credential that others can read is refused, unless its folder is closed") {
  const ConfigFolder folder;
  folder.write("store/key", "hunter2", 0644);
  CredentialPlaces places;
  places.service_store = folder.path() / "service";
  places.store = folder.path() / "store";
  std::filesystem::permissions(places.store, static_cast<std::filesystem::perms>(0755));
  CHECK_THROWS_WITH_AS(read_credential("key", places), doctest::Contains("has mode 0644"), Error);
  std::filesystem::permissions(places.store, static_cast<std::filesystem::perms>(0700));
  CHECK(read_credential("key", places).reveal() == "hunter2");
}
