// The C library's own calls, behind those that effects.cc puts in their place.
#pragma once

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace poller::effects {

template <typename F>
F real(const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

#define POLLER_REAL(name) (::poller::effects::real<decltype(&::name)>(#name))

}  // namespace poller::effects
