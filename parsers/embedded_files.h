// Files in the middle of a text body: uuencode and yEnc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/mail.h"

namespace poller {

struct EmbeddedFile {
  std::size_t offset = 0;  // of its first line
  std::size_t length = 0;  // through its last line, line end included
  std::string name;        // bytes as they stand
  TransferEncoding encoding = TransferEncoding::uuencode;
};

/// In order, not overlapping, at most `limit`.
std::vector<EmbeddedFile> find_embedded_files(std::string_view text, std::size_t limit);

/// `text` without them.
std::string without_embedded_files(std::string_view text, const std::vector<EmbeddedFile>& files);

}  // namespace poller
