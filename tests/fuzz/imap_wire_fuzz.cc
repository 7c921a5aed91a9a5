// What an IMAP server sends: read alike however it comes in, never without bound, never past its end.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "mailbox/imap/wire_response.h"
#include "pieces.h"
#include "require.h"

namespace {

using poller::Error;
using poller::ErrorKind;
namespace imap = poller::imap;

constexpr std::uint64_t kKept = 1000;  // bytes of a mail

/// How the reading went: a line a response, then why it ended.
std::vector<std::string> reading_of(std::string_view in, std::size_t piece) {
  Pieces<imap::Input> input(in, piece);
  imap::WireLimits limits;
  limits.outside = std::uint64_t{256} * 1024;
  imap::Reader reader(input, limits);
  imap::BodyLimits bodies;
  bodies.whole = bodies.header = kKept;
  std::vector<std::string> out;
  try {
    for (;;) {
      const auto r = imap::read_response(reader, bodies);
      require(r.item.body.size() <= std::max<std::size_t>(kKept, limits.string), "no more is kept than asked for");
      require(r.tag.size() <= limits.atom && r.word.size() <= limits.atom, "words have a limit");
      require(r.line.text.size() <= limits.text + limits.atom, "texts have a limit");
      require(r.folder.name.size() <= limits.string, "strings have a limit");
      std::string line = std::to_string(static_cast<int>(r.kind)) + ' ' + r.tag + ' ' + r.word + ' ' + r.line.code +
                         ' ' + r.line.text + ' ' + r.folder.name + ' ' + std::to_string(r.item.uid) + ' ' + r.item.body;
      for (const auto number : r.numbers) line += ' ' + std::to_string(number);
      out.push_back(std::move(line));
    }
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::temporary || error.kind() == ErrorKind::corrupt, "no IMAP is corrupt");
    out.push_back(std::to_string(static_cast<int>(error.kind())));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  const auto whole = reading_of(in, SIZE_MAX);
  require(whole == reading_of(in, 1) && whole == reading_of(in, 7), "the same however the bytes come in");
  return 0;
}
