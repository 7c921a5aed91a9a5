// A parsed mail: values only. Every std::string is valid UTF-8 unless it says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace poller {

struct Address {
  std::string name;     // decoded display name, may be empty
  std::string address;  // as it stands, also without a domain
  bool operator==(const Address&) const = default;
};

/// A header field of the mail's own header block. `value` is raw: unfolded, undecoded, any bytes but NUL, CR and LF.
struct Field {
  std::string name;
  std::string value;
};

enum class TransferEncoding : std::uint8_t { identity, base64, quoted_printable, uuencode, yenc };

/// Where the bytes of an attachment lie, so that they are stored once, in the raw mail.
struct Locator {
  std::uint64_t offset = 0;  // in the raw mail
  std::uint64_t length = 0;
  TransferEncoding encoding = TransferEncoding::identity;
  /// Empty, or the way inside a container whose bytes the above gives: "tnef:2" is its third attachment, "cms" the
  /// content of a signed-only S/MIME, "cms/LOCATOR" one further in. Read by parsers/attachment_bytes.h alone.
  std::string inside;
};

/// Every leaf part that is not shown as body (and an enclosed message, whole).
struct Attachment {
  std::optional<std::string> filename;    // decoded and made safe; nothing when the mail gives none
  std::string content_type;               // lower case, "application/octet-stream" when it cannot be told
  std::uint64_t size = 0;                 // after transfer decoding alone
  std::string sha256;                     // hex, of the same bytes
  std::optional<std::string> content_id;  // without angle brackets
  bool is_inline = false;                 // shown within the text: tied by Content-ID, or disposition inline
  Locator locator;
};

/// One node of the part tree, in the order of the mail. For classification; not stored.
struct Part {
  int parent = -1;  // index in Mail::parts, -1 for the root
  int depth = 0;
  std::string content_type;  // lower case "type/subtype"
  std::string charset;       // as declared, may be empty
  std::string report_type;   // of multipart/report, lower case
  std::optional<std::string> filename;
  std::string disposition;    // lower case, may be empty
  std::vector<Field> fields;  // its header block; empty for the root (see Mail::fields)
  Locator body;               // a leaf's bytes; for a container, all of its raw body
  bool leaf = true;           // message/rfc822 is a leaf: what it encloses is not in the tree
};

struct Mail {
  std::string sha256;  // hex, of all raw bytes
  std::uint64_t size = 0;

  std::optional<std::string> message_id;  // without angle brackets; never invented
  std::vector<std::string> in_reply_to;
  std::vector<std::string> references;  // oldest first
  std::optional<UnixTime> date;
  std::string subject;
  std::string subject_base;  // without reply and forward prefixes and list tags
  std::optional<Address> from;
  std::optional<Address> sender;
  std::vector<Address> reply_to, to, cc;

  std::string text;  // the body for a person to read
  std::optional<std::string> html;
  std::optional<std::string> notice;
  std::string new_text;  // of all that is shown: HTML beside the texts too, where no text stands for it
  std::optional<std::string> signature;
  std::vector<Attachment> attachments;

  std::vector<Field> fields;  // the mail's own header block, raw, in order
  std::vector<Part> parts;    // pre-order
  /// SHA-256 (hex) over the decoded leaf parts in order, text with LF line ends and no trailing blanks: the same for a
  /// mail that the server rendered anew with other boundaries and encodings.
  std::string content_hash;
  std::vector<std::string> defects;
};

/// The first field of that name (ASCII case ignored), or null.
const Field* find_field(const std::vector<Field>& fields, const char* name) noexcept;

}  // namespace poller
