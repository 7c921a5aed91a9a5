#include "parsers/iso2022jp.h"

#include <array>

#include "lib/icu/convert.h"

namespace poller {
namespace {

enum class JapaneseSet { ascii, katakana, jis0208, jis0212, gb2312, ksc5601 };

struct JapaneseEscape {
  std::string_view sequence;  // what follows ESC
  JapaneseSet set;
};

constexpr std::array kEscapes = std::to_array<JapaneseEscape>({
    {"(B", JapaneseSet::ascii},
    {"(J", JapaneseSet::ascii},
    {"(H", JapaneseSet::ascii},
    {"(I", JapaneseSet::katakana},
    {"$@", JapaneseSet::jis0208},
    {"$B", JapaneseSet::jis0208},
    {"$(@", JapaneseSet::jis0208},
    {"$(B", JapaneseSet::jis0208},
    {"$(D", JapaneseSet::jis0212},
    {"$A", JapaneseSet::gb2312},
    {"$(C", JapaneseSet::ksc5601},
});

// A pair of JIS X 0208 (7-bit) as Shift_JIS: rows fold two into one lead byte.
void append_shift_jis(unsigned row, unsigned cell, std::string& out) {
  const unsigned lead = (row - 0x21) / 2 + (row < 0x5f ? 0x81 : 0xc1);
  unsigned trail = cell + 0x7e;
  if (row % 2 == 1) trail = cell + (cell < 0x60 ? 0x1f : 0x20);
  out += static_cast<char>(lead);
  out += static_cast<char>(trail);
}

// Collects runs of one character set in a charset that ICU reads well and converts each at its end.
class JapaneseReader {
 public:
  explicit JapaneseReader(std::string& out) : out_(out) {}

  void read(std::string_view bytes) {
    for (std::size_t pos = 0; pos < bytes.size();) {
      const auto c = static_cast<unsigned char>(bytes[pos]);
      if (c == 0x1b) {
        pos += 1 + escape(bytes.substr(pos + 1));
      } else if (c == 0x0e || c == 0x0f) {
        shifted_ = c == 0x0e;
        ++pos;
      } else if (c == '\r' || c == '\n') {  // RFC 1468: a line ends in ASCII; real mail forgets the escape
        single(c);
        ++pos;
      } else {
        pos += character(bytes.substr(pos));
      }
    }
    flush();
  }

  [[nodiscard]] std::size_t replaced() const { return replaced_; }

 private:
  std::size_t escape(std::string_view rest) {
    for (const auto& known : kEscapes) {
      if (!rest.starts_with(known.sequence)) continue;
      set_ = known.set;
      shifted_ = false;
      return known.sequence.size();
    }
    if (rest.starts_with("&@")) return 2;  // announces the 1990 edition
    return 0;
  }

  std::size_t character(std::string_view rest) {
    const auto c = static_cast<unsigned char>(rest[0]);
    if (c >= 0x80 || c <= 0x20 || c == 0x7f) {
      single(c);
      return 1;
    }
    if (shifted_ || set_ == JapaneseSet::katakana) {
      single(c < 0x60 ? c | 0x80 : c);
      return 1;
    }
    if (set_ == JapaneseSet::ascii) {
      single(c);
      return 1;
    }
    const unsigned second = rest.size() > 1 ? static_cast<unsigned char>(rest[1]) : 0U;
    if (second < 0x21 || second > 0x7e) {
      bad();
      return 1;
    }
    pair(c, second);
    return 2;
  }

  void single(unsigned c) {
    use("windows-31j");
    run_ += static_cast<char>(c);
  }

  void pair(unsigned first, unsigned second) {
    if (set_ == JapaneseSet::jis0208) {
      use("windows-31j");
      append_shift_jis(first, second, run_);
      return;
    }
    use(set_ == JapaneseSet::jis0212 ? "euc-jp" : set_ == JapaneseSet::gb2312 ? "gb18030" : "windows-949");
    if (set_ == JapaneseSet::jis0212) run_ += '\x8f';
    run_ += static_cast<char>(first | 0x80);
    run_ += static_cast<char>(second | 0x80);
  }

  void bad() {
    flush();
    out_ += "\xef\xbf\xbd";
    ++replaced_;
  }

  void use(const char* charset) {
    if (charset_ != charset) flush();
    charset_ = charset;
  }

  void flush() {
    if (!run_.empty()) replaced_ += icu::convert(run_, charset_, out_).replaced;
    run_.clear();
  }

  std::string& out_;
  std::string run_;
  std::string charset_;
  JapaneseSet set_ = JapaneseSet::ascii;
  bool shifted_ = false;
  std::size_t replaced_ = 0;
};

}  // namespace

std::size_t iso2022jp_to_utf8(std::string_view bytes, std::string& out) {
  JapaneseReader reader(out);
  reader.read(bytes);
  return reader.replaced();
}

}  // namespace poller
