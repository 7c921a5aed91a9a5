#include "parsers/rtf_compressed.h"

#include <array>

#include "parsers/little_endian.h"

namespace poller {
namespace {

constexpr std::uint32_t kCompressed = 0x75465a4c;    // "LZFu"
constexpr std::uint32_t kUncompressed = 0x414c454d;  // "MELA"
constexpr std::size_t kDictionary = 4096;

// What the dictionary holds at the start ([MS-OXRTFCP] section 2.1.3.1.4).
constexpr std::string_view kPreload =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    "MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(kPreload.size() == 207);

std::string expand_rtf(LittleEndian in, std::size_t limit) {
  std::array<char, kDictionary> dictionary{};
  std::copy(kPreload.begin(), kPreload.end(), dictionary.begin());
  std::size_t at = kPreload.size();
  std::string out;
  const auto put = [&](char c) {
    out += c;
    dictionary[at] = c;
    at = (at + 1) % kDictionary;
  };
  while (in.left() > 0 && out.size() < limit) {
    const unsigned control = in.u8();
    for (unsigned bit = 0; bit < 8 && in.left() > 0 && out.size() < limit; ++bit) {
      if ((control >> bit & 1) == 0) {
        put(static_cast<char>(in.u8()));
        continue;
      }
      if (in.left() < 2) return out;
      const unsigned high = in.u8();
      const unsigned reference = high << 8 | in.u8();
      const std::size_t from = reference >> 4;
      if (from == at) return out;  // the end mark
      for (std::size_t i = 0; i < (reference & 15U) + 2 && out.size() < limit; ++i) {
        put(dictionary[(from + i) % kDictionary]);
      }
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> decompress_rtf(std::string_view bytes, std::size_t limit) {
  LittleEndian in(bytes);
  in.u32();  // the compressed size: what is there counts
  const std::size_t raw_size = in.u32();
  const std::uint32_t kind = in.u32();
  in.u32();  // CRC: a damaged text is better than none
  if (in.cut()) return std::nullopt;
  if (kind == kUncompressed) return std::string(in.take(std::min({raw_size, in.left(), limit})));
  if (kind != kCompressed) return std::nullopt;
  return expand_rtf(in, limit);
}

}  // namespace poller
