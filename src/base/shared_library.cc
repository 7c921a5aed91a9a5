#include "base/shared_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/error.h"

namespace poller {
namespace {

std::string why() {
  const char* text = ::dlerror();
  return text != nullptr ? text : "no reason given";
}

// Without descriptors or memory it is there all the same.
bool is_missing(std::string_view reason) { return reason.find(std::strerror(ENOENT)) != std::string_view::npos; }

}  // namespace

SharedLibrary::SharedLibrary(const char* soname, const char* package)
    : soname_(soname), advice_(fmt::format("Install the package {}.", package)), handle_(::dlopen(soname, RTLD_LAZY)) {
  if (handle_ != nullptr) return;
  const std::string reason = why();  // begins with the name of the file
  if (is_missing(reason)) throw Error(ErrorKind::configuration, "a library is missing: " + reason, advice_);
  throw Error(ErrorKind::temporary, "a library cannot be loaded: " + reason,
              fmt::format("If this stays, allow the process more files and memory; else {} is damaged.", package));
}

void* SharedLibrary::address(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (found == nullptr) {
    throw Error(ErrorKind::configuration, fmt::format("{} is too old: it has no {}", soname_, name), advice_);
  }
  return found;
}

}  // namespace poller
