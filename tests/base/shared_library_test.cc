// A library that is loaded when it is first needed, and what is said where it is not there.
#include "base/shared_library.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <string>

#include "base/error.h"

using poller::Error;
using poller::ErrorKind;
using poller::SharedLibrary;

namespace {

/// The error that `call` throws.
template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  std::abort();
}

}  // namespace

TEST_CASE("a function of a library that the program is not linked with") {
  const SharedLibrary library(POLLER_SYSTEMD_SONAME, POLLER_SYSTEMD_PACKAGE);
  int (*sd_is_fifo)(int, const char*) = nullptr;
  library.find(sd_is_fifo, "sd_is_fifo");
  CHECK(sd_is_fifo(0, "/nowhere") <= 0);
}

TEST_CASE("a library that is missing is named with its package") {
  const Error error = error_of([] { SharedLibrary("libnone.so.7", "libnone7"); });
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(std::string(error.what()).find("libnone.so.7") != std::string::npos);
  CHECK(error.advice() == "Install the package libnone7.");
}

TEST_CASE("a library that lacks a function is named with its package") {
  const SharedLibrary library(POLLER_SYSTEMD_SONAME, POLLER_SYSTEMD_PACKAGE);
  void (*none)() = nullptr;
  const Error error = error_of([&] { library.find(none, "sd_none"); });
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(std::string(error.what()) == POLLER_SYSTEMD_SONAME " is too old: it has no sd_none");
  CHECK(error.advice() == "Install the package " POLLER_SYSTEMD_PACKAGE ".");
}

TEST_CASE("without descriptors it is tried again, and found then") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto load = [] { SharedLibrary(POLLER_MICROHTTPD_SONAME, POLLER_MICROHTTPD_PACKAGE); };
  ErrorKind kind{};
  try {
    load();
  } catch (const Error& error) {
    kind = error.kind();
  }
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(kind == ErrorKind::temporary);
  CHECK_NOTHROW(load());
}
