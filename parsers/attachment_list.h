// The attachments of a mail, as they are found.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "model/mail.h"
#include "parsers/content_hash.h"
#include "parsers/defects.h"
#include "parsers/transfer.h"

namespace poller {

/// What is known of an attachment before its bytes are read.
struct FileFacts {
  std::optional<std::string> safe_name;
  std::string name;          // where safe_name is not set: bytes as they stand, may be empty
  std::string content_type;  // may be empty
  std::optional<std::string> content_id;
  std::string disposition;
  bool in_related = false;  // a child of multipart/related
  Locator locator;
};

struct AddedFile {
  TransferResult transfer;
  std::string digest;  // SHA-256, raw
};

class AttachmentList {
 public:
  AttachmentList(std::size_t raw_size, const ParseLimits& limits, Defects& defects);

  /// Decodes `bytes` in blocks for size and hash; `text` is fed with them too.
  AddedFile add_encoded(FileFacts facts, std::string_view bytes, TransferEncoding encoding, TextHash* text = nullptr);

  /// How many more attachments, and decoded bytes in all, the limits allow.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] std::size_t bytes_left() const { return bytes_left_; }

  /// `html` says which Content-IDs are shown.
  std::vector<Attachment> take(std::string_view html);

 private:
  const ParseLimits& limits_;
  Defects& defects_;
  std::size_t bytes_left_;
  std::vector<Attachment> all_;
};

}  // namespace poller
