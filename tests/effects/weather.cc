// Preloaded into the program: a wall clock that can be put forward and back, and names that cannot be resolved for a
// while (mail.example.test is this machine). The file $POLLER_WEATHER holds two numbers of 64 bits: seconds added to
// the clock, and whether names fail.
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

struct Weather {
  volatile std::int64_t seconds;
  volatile std::int64_t no_names;
};

const Weather& weather() {
  static const Weather calm{0, 0};
  static const Weather* const now = [] {
    const char* file = std::getenv("POLLER_WEATHER");
    const int fd = file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return &calm;
    void* map = ::mmap(nullptr, sizeof(Weather), PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    return map == MAP_FAILED ? &calm : static_cast<const Weather*>(map);
  }();
  return *now;
}

template <class F>
F real(const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) {
  static const auto call = real<int (*)(clockid_t, timespec*)>("clock_gettime");
  const int result = call(clock, out);
  if (result == 0 && clock == CLOCK_REALTIME) out->tv_sec += weather().seconds;
  return result;
}

int gettimeofday(timeval* out, void* zone) {
  static const auto call = real<int (*)(timeval*, void*)>("gettimeofday");
  const int result = call(out, zone);
  if (result == 0) out->tv_sec += weather().seconds;
  return result;
}

time_t time(time_t* out) {
  static const auto call = real<time_t (*)(time_t*)>("time");
  const time_t now = call(nullptr) + weather().seconds;
  if (out != nullptr) *out = now;
  return now;
}

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** out) {
  static const auto call = real<int (*)(const char*, const char*, const addrinfo*, addrinfo**)>("getaddrinfo");
  if (weather().no_names != 0) return EAI_AGAIN;
  const bool ours = node != nullptr && std::strcmp(node, "mail.example.test") == 0;
  return call(ours ? "127.0.0.1" : node, service, hints, out);
}

}  // extern "C"
