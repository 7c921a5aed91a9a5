// Values to the bytes of a mail. With parsers/mime the only place that knows mimetic.
#pragma once

#include <string>
#include <vector>

#include "model/mail.h"

namespace poller {

struct OutgoingFile {
  std::string filename;
  std::string content_type = "application/octet-stream";
  std::string bytes;
  std::string content_id;  // with is_inline: what the HTML calls it, without angle brackets
  bool is_inline = false;
};

/// What a mail is to say. Every string may hold anything: what cannot stand in a header is taken out or encoded.
struct OutgoingMail {
  Address from;
  std::vector<Address> reply_to, to, cc;
  std::string subject;
  UnixTime date = 0;
  std::string message_id;  // without angle brackets
  std::vector<std::string> in_reply_to;
  std::vector<std::string> references;     // oldest first; the middle goes where they are many
  std::string thread_topic, thread_index;  // Outlook's, as received; empty: none
  /// Written by no person: Auto-Submitted with this word (RFC 3834: "auto-replied", "auto-generated"), and what keeps
  /// other machines from answering. Empty: a person's.
  std::string auto_submitted;
  std::string text;                 // plain, any line ends
  std::string html;                 // empty: none
  std::vector<OutgoingFile> files;  // attachments and inline images
  std::string boundary_seed;        // makes the boundaries of this mail; random text
};

/// The whole mail: CRLF line ends, lines up to 998 octets (78 where they can be folded), ASCII throughout.
std::string compose_mail(const OutgoingMail& mail);

/// References for an answer: the first and the last ids are kept, those between go, so that the field stays below
/// 2,000 octets (RFC 5322 section 3.6.4; relays cut long fields).
std::vector<std::string> trimmed_references(const std::vector<std::string>& references);

}  // namespace poller
