#include "lib/openssl/random.h"

#include <openssl/rand.h>

#include "lib/openssl/failure.h"

namespace poller {

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) {
    openssl::fail("get random bytes");
  }
  return out;
}

}  // namespace poller
