// Finds the entities of a MIME message (RFC 2046) in its bytes: boundaries, headers and bodies as positions, in one
// pass, without recursion. Knows no object model; mime.cc fills mimetic's from it.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/limits.h"
#include "model/mail.h"
#include "parsers/defects.h"

namespace poller {

enum class BodyKind {
  leaf,
  container,  // its parts were opened and closed before it
  text,       // said to be a multipart, but without a boundary that occurs: its body is text
  rest        // what stands after the last part that the limits allow
};

struct EntityBody {
  std::size_t offset = 0;
  std::size_t length = 0;
  BodyKind kind = BodyKind::leaf;
};

/// Is told what is found, in the order of the bytes.
class EntitySink {
 public:
  virtual ~EntitySink() = default;
  /// An entity begins within the one that is open. `in_digest`: its type is message/rfc822 unless it says otherwise.
  virtual void open(bool in_digest) = 0;
  virtual void field(const Field& field) = 0;
  virtual void close(const EntityBody& body) = 0;
};

/// Boundaries count at the start of a line alone, whole, blanks after them allowed; those of every open level are
/// looked for, so that an outer one closes what is inside. message/rfc822 is not opened. A missing or wrong boundary is
/// found by its look where possible.
void run_mime_engine(std::string_view raw, const ParseLimits& limits, bool header_only, EntitySink& sink,
                     Defects& defects);

/// Where the header of a mail begins: after "From " lines and empty lines.
std::size_t mail_start(std::string_view raw) noexcept;

}  // namespace poller
