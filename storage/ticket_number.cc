#include "storage/ticket_number.h"

#include <fmt/format.h>

#include "base/text.h"

namespace poller {
namespace {

// The value of one placeholder (without its braces); false when it is none of ours.
bool expand(std::string_view name, TicketId id, UnixTime created_at, std::string& out) {
  if (name == "year") {
    out += rfc3339(created_at).substr(0, 4);
    return true;
  }
  if (name == "id") {
    out += fmt::to_string(id);
    return true;
  }
  std::uint64_t width = 0;
  if (name.substr(0, 3) != "id:" || !text::parse_uint(name.substr(3), width) || width < 1 || width > 18) return false;
  out += fmt::format("{:0{}}", id, width);
  return true;
}

}  // namespace

std::string ticket_number(std::string_view form, TicketId id, UnixTime created_at) {
  std::string out;
  bool has_id = false;
  while (!form.empty()) {
    const std::size_t close = form.front() == '{' ? form.find('}') : std::string_view::npos;
    if (close != std::string_view::npos && expand(form.substr(1, close - 1), id, created_at, out)) {
      has_id = has_id || form.substr(1, 2) == "id";
      form.remove_prefix(close + 1);
    } else {
      out += form.front();
      form.remove_prefix(1);
    }
  }
  if (!has_id) out += fmt::format("{}{}", out.empty() ? "" : "-", id);
  return out;
}

}  // namespace poller
