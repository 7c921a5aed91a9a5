// Boundary lines (RFC 2046 section 5.1.1) of all the multiparts that are open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

/// A hash: boundaries are compared at every line that begins with hyphens, with those of every open level.
std::uint64_t boundary_key(std::string_view boundary) noexcept;

struct OpenMultipart {
  std::string boundary;        // at most ParseLimits::boundary bytes of it; empty: none is known, no line fits
  std::size_t whole_size = 0;  // of the boundary before it was cut
  std::uint64_t key = 0;       // boundary_key(boundary)
  std::size_t body = 0;        // where its body starts
  bool digest = false;
  bool seen = false;    // a boundary line of it has occurred
  bool closed = false;  // its closing line has occurred; another part may still follow
};

struct BoundaryLine {
  std::size_t start = 0;  // of the line
  std::size_t next = 0;   // of the line after it
  std::size_t level = 0;  // index of the multipart it belongs to
  bool closing = false;
  bool found = false;
};

/// The boundary line that starts at `pos`, if one does: of the innermost multipart it fits, closed ones last.
BoundaryLine boundary_line_at(std::string_view raw, std::size_t pos, const std::vector<OpenMultipart>& open);

/// The first one at or after `pos`, which is the start of a line.
BoundaryLine find_boundary_line(std::string_view raw, std::size_t pos, const std::vector<OpenMultipart>& open);

/// For a multipart that names no boundary, or one that does not occur: the first line in [begin, end) that starts with
/// "--" and is followed by a Content- field. Empty when there is none within `longest` bytes a line.
std::string_view guess_boundary(std::string_view raw, std::size_t begin, std::size_t end, std::size_t longest);

}  // namespace poller
