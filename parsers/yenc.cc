#include "parsers/yenc.h"

#include <optional>

#include "base/text.h"

namespace poller {
namespace {

// The value of "key=" in a control line; name= takes the rest of the line.
std::optional<std::string_view> yenc_parameter(std::string_view line, std::string_view key) {
  const auto name_at = line.find(" name=");
  if (key == "name") {
    if (name_at == std::string_view::npos) return std::nullopt;
    return text::trim(line.substr(name_at + 6));
  }
  line = line.substr(0, name_at);
  for (std::string_view word : text::split(line, ' ')) {
    word = text::trim(word);
    if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=')
      return word.substr(key.size() + 1);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> yenc_number(std::string_view line, std::string_view key) {
  std::uint64_t value = 0;
  const auto given = yenc_parameter(line, key);
  if (!given || !text::parse_uint(*given, value)) return std::nullopt;
  return value;
}

std::string_view take_yenc_line(std::string_view in, std::size_t& pos) {
  const auto end = in.find('\n', pos);
  std::string_view line = in.substr(pos, end == std::string_view::npos ? end : end - pos);
  pos = end == std::string_view::npos ? in.size() : end + 1;
  return line;
}

void decode_yenc_line(std::string_view line, std::string& out) {
  bool escaped = false;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (escaped) {
      out += static_cast<char>(static_cast<unsigned char>(byte - 64 - 42));
      escaped = false;
    } else if (c == '=') {
      escaped = true;
    } else if (c != '\r') {  // CR and LF never occur unescaped
      out += static_cast<char>(static_cast<unsigned char>(byte - 42));
    }
  }
}

}  // namespace

std::vector<YencBlock> find_yenc(std::string_view body) {
  std::vector<YencBlock> blocks;
  for (std::size_t pos = body.find("=ybegin "); pos != std::string_view::npos;) {
    const std::size_t begin = pos;
    const bool at_line_start = pos == 0 || body[pos - 1] == '\n' || body[pos - 1] == '\r';
    const std::string_view line = take_yenc_line(body, pos);
    const auto name = yenc_parameter(line, "name");
    if (at_line_start && name && yenc_number(line, "line") && yenc_number(line, "size")) {
      YencBlock block{begin, body.size(), std::string(*name), 0};
      if (const auto part = yenc_number(line, "part"); part && *part < 100000) block.part = static_cast<int>(*part);
      const auto end = body.find("\n=yend", pos == 0 ? 0 : pos - 1);
      if (end != std::string_view::npos) {
        pos = end + 1;
        take_yenc_line(body, pos);
        block.end = pos;
      } else {
        pos = body.size();
      }
      blocks.push_back(std::move(block));
    }
    pos = body.find("=ybegin ", pos);
  }
  return blocks;
}

TransferResult decode_yenc(std::string_view in, std::string& out) {
  TransferResult result;
  const std::size_t before = out.size();
  bool ended = false;
  for (std::size_t pos = 0; pos < in.size() && !ended;) {
    const std::string_view line = take_yenc_line(in, pos);
    if (line.starts_with("=ybegin ") || line.starts_with("=ypart ")) continue;
    if (line.starts_with("=yend")) {
      const auto size = yenc_number(line, "size");
      result.truncated = size && *size != out.size() - before;
      ended = true;
      continue;
    }
    decode_yenc_line(line, out);
  }
  result.truncated = result.truncated || !ended;
  return result;
}

}  // namespace poller
