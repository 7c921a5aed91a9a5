#include "base/secret.h"

#include <string.h>  // explicit_bzero

namespace poller {

void Secret::wipe(std::string& value) noexcept {
  value.resize(value.capacity());  // does not allocate: the short-string buffer too is covered
  explicit_bzero(value.data(), value.size());
  value.clear();
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe(value_);
    value_ = other.value_;
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(value_);
    value_ = std::move(other.value_);
    wipe(other.value_);
  }
  return *this;
}

}  // namespace poller
