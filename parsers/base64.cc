#include "parsers/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace poller {
namespace {

constexpr std::uint32_t kBad = 0x80000000U;

// Four tables, one for each position in a group, with the digit already shifted into its place: a group of four
// characters is four look-ups, and one bit of their sum says whether any did not belong.
struct Base64Tables {
  std::array<std::array<std::uint32_t, 256>, 4> digit{};

  constexpr Base64Tables() {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t position = 0; position < 4; ++position) {
      for (auto& entry : digit[position]) entry = kBad;
      for (std::size_t value = 0; value < alphabet.size(); ++value) {
        digit[position][static_cast<unsigned char>(alphabet[value])] =
            static_cast<std::uint32_t>(value << (18 - 6 * position));
      }
    }
  }
};
constexpr Base64Tables kBase64;

std::uint32_t base64_digit(char c) noexcept { return kBase64.digit[3][static_cast<unsigned char>(c)]; }

class Base64Reader {
 public:
  Base64Reader(std::string_view in, ByteBlocks& out) : at_(in.data()), end_(in.data() + in.size()), out_(out) {}

  TransferResult read() {
    while (at_ != end_) {
      if (digits_ == 0) whole_groups();
      if (at_ != end_) one_character();
    }
    result_.truncated = digits_ != 0;
    partial_group();
    return result_;
  }

 private:
  void whole_groups() {
    while (end_ - at_ >= 4) {
      char* target = out_.room(64);
      const auto groups = std::min(static_cast<std::size_t>(end_ - at_) / 4, (out_.left() - 1) / 3);
      std::size_t done = 0;
      for (; done < groups; ++done, at_ += 4, target += 3) {
        const auto digit = [this](std::size_t i) { return kBase64.digit[i][static_cast<unsigned char>(at_[i])]; };
        const std::uint32_t v = digit(0) | digit(1) | digit(2) | digit(3);
        if ((v & kBad) != 0) break;
        target[0] = static_cast<char>(v >> 16);
        target[1] = static_cast<char>(v >> 8 & 0xff);
        target[2] = static_cast<char>(v & 0xff);
      }
      out_.wrote(done * 3);
      if (done < groups) return;
    }
  }

  void one_character() {
    const char c = *at_++;
    if (const std::uint32_t digit = base64_digit(c); digit != kBad) {
      bits_ = bits_ << 6 | digit;
      if (++digits_ == 4) full_group();
    } else if (c == '=') {
      padding();
    } else if (!text::is_space(c)) {
      ++result_.junk;
    }
  }

  void full_group() {
    out_.append(static_cast<char>(bits_ >> 16 & 0xff));
    out_.append(static_cast<char>(bits_ >> 8 & 0xff));
    out_.append(static_cast<char>(bits_ & 0xff));
    digits_ = 0;
    bits_ = 0;
  }

  void partial_group() {
    if (digits_ == 1) ++result_.junk;
    if (digits_ == 2) out_.append(static_cast<char>(bits_ >> 4 & 0xff));
    if (digits_ == 3) {
      out_.append(static_cast<char>(bits_ >> 10 & 0xff));
      out_.append(static_cast<char>(bits_ >> 2 & 0xff));
    }
    digits_ = 0;
    bits_ = 0;
  }

  // The data ends here, unless what follows looks like another padded piece: some programs encode line by line.
  void padding() {
    if (digits_ == 0) {
      ++result_.junk;
      return;
    }
    partial_group();
    while (at_ != end_ && (*at_ == '=' || text::is_space(*at_))) ++at_;
    if (at_ == end_ || another_piece()) return;
    result_.junk += static_cast<std::size_t>(end_ - at_);
    at_ = end_;
  }

  [[nodiscard]] bool another_piece() const {
    const char* p = at_;
    while (p != end_ && base64_digit(*p) != kBad) ++p;
    while (p != end_ && *p == '=') ++p;
    if ((p - at_) % 4 != 0) return false;
    while (p != end_ && (*p == ' ' || *p == '\t')) ++p;
    return p == end_ || *p == '\r' || *p == '\n';
  }

  const char* at_;
  const char* end_;
  ByteBlocks& out_;
  std::uint32_t bits_ = 0;
  int digits_ = 0;
  TransferResult result_;
};

}  // namespace

bool looks_like_base64(std::string_view in) noexcept {
  constexpr std::size_t kLooked = 4096;
  constexpr std::size_t kFewest = 24;  // shorter ones say nothing
  in = text::trim(in.substr(0, kLooked));
  std::size_t good = 0;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const char c = in[i];
    if (c == '=' && bad == 0) return true;  // padding: what follows is something else
    if (c == ' ') {
      const std::size_t next = in.find_first_not_of(' ', i);  // trimmed: there is one, and one before
      if (!text::is_space(in[i - 1]) && !text::is_space(in[next])) ++bad;
      i = next - 1;
    } else if (!text::is_space(c)) {
      ++(static_cast<unsigned char>(c) < 0x80 ? good : bad);
    }
  }
  return good + bad < kFewest || bad * 20 < good;
}

TransferResult read_base64(std::string_view in, ByteBlocks& out) { return Base64Reader(in, out).read(); }

}  // namespace poller
