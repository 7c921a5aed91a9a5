#include "model/ticket.h"

namespace poller {

const char* to_string(Direction direction) noexcept {
  switch (direction) {
    case Direction::in:
      return "in";
    case Direction::out:
      return "out";
    case Direction::note:
      return "note";
  }
  return "in";
}

}  // namespace poller
