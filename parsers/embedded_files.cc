#include "parsers/embedded_files.h"

#include <algorithm>

#include "parsers/uuencode.h"
#include "parsers/yenc.h"

namespace poller {

std::vector<EmbeddedFile> find_embedded_files(std::string_view text, std::size_t limit) {
  std::vector<EmbeddedFile> all;
  for (auto& block : find_uuencode(text, limit)) {
    all.push_back({block.begin, block.end - block.begin, std::move(block.name), TransferEncoding::uuencode});
  }
  if (text.find("=ybegin ") != std::string_view::npos) {
    for (auto& block : find_yenc(text)) {
      all.push_back({block.begin, block.end - block.begin, std::move(block.name), TransferEncoding::yenc});
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  std::vector<EmbeddedFile> out;
  for (auto& file : all) {
    const bool overlaps = !out.empty() && file.offset < out.back().offset + out.back().length;
    if (!overlaps && out.size() < limit) out.push_back(std::move(file));
  }
  return out;
}

std::string without_embedded_files(std::string_view text, const std::vector<EmbeddedFile>& files) {
  std::string out;
  std::size_t pos = 0;
  for (const auto& file : files) {
    out += text.substr(pos, file.offset - pos);
    pos = file.offset + file.length;
  }
  out += text.substr(pos);
  return out;
}

}  // namespace poller
