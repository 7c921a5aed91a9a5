#include "parsers/attachment_list.h"

#include <algorithm>

#include "base/text.h"
#include "lib/openssl/digest.h"
#include "parsers/file_name.h"
#include "parsers/header_words.h"
#include "parsers/quoted_printable.h"

namespace poller {
namespace {

// The Content-IDs that an HTML text refers to (RFC 2392), sorted.
std::vector<std::string> referenced_ids(std::string_view html) {
  std::vector<std::string> out;
  for (std::size_t pos = html.find(':'); pos != std::string_view::npos; pos = html.find(':', pos + 1)) {
    if (pos < 3 || !text::iequals(html.substr(pos - 3, 3), "cid")) continue;
    constexpr std::size_t kLongestId = 1000;
    const std::string_view rest = html.substr(pos + 1, kLongestId);
    const std::string_view id = rest.substr(0, rest.find_first_of("\"'<> \t\r\n)"));
    std::string decoded;
    for (std::size_t i = 0; i < id.size(); ++i) {
      const int high = id[i] == '%' && i + 2 < id.size() ? hex_digit(id[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(id[i + 2]) : -1;
      decoded += low >= 0 ? static_cast<char>(high << 4 | low) : id[i];
      if (low >= 0) i += 2;
    }
    out.push_back(std::move(decoded));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

AttachmentList::AttachmentList(std::size_t raw_size, const ParseLimits& limits, Defects& defects)
    : limits_(limits),
      defects_(defects),
      bytes_left_(static_cast<std::size_t>(static_cast<double>(raw_size) * limits.decoded_to_raw)) {}

std::size_t AttachmentList::room() const {
  const auto most = static_cast<std::size_t>(limits_.parts);
  return most - std::min(most, all_.size());
}

AddedFile AttachmentList::add_encoded(FileFacts facts, std::string_view bytes, TransferEncoding encoding,
                                      TextHash* text) {
  Attachment out;
  AddedFile added;
  Sha256 hash;
  added.transfer = decode_transfer(bytes, encoding, [&](std::string_view block) {
    out.size += block.size();
    hash.update(block);
    if (text != nullptr) text->update(block);
  });
  added.digest = hash.digest();
  bytes_left_ -= std::min<std::size_t>(bytes_left_, out.size);
  out.sha256 = text::hex(added.digest);
  out.filename = std::move(facts.safe_name);
  if (!out.filename && !facts.name.empty()) out.filename = safe_file_name(decode_words(facts.name));
  out.content_type = facts.content_type.empty() ? "application/octet-stream" : std::move(facts.content_type);
  out.content_id = std::move(facts.content_id);
  out.is_inline =
      facts.disposition == "inline" || (out.content_id && facts.in_related && facts.disposition != "attachment");
  out.locator = std::move(facts.locator);
  if (room() > 0) {
    all_.push_back(std::move(out));
  } else {
    defects_.add("more than " + std::to_string(limits_.parts) + " attachments: the rest was left out");
  }
  return added;
}

std::vector<Attachment> AttachmentList::take(std::string_view html) {
  const auto shown = referenced_ids(html);
  for (auto& attachment : all_) {
    if (attachment.content_id && std::binary_search(shown.begin(), shown.end(), *attachment.content_id)) {
      attachment.is_inline = true;
    }
  }
  return std::move(all_);
}

}  // namespace poller
