// A mail of any bytes is read as parsers/mime.h and model/mail.h promise.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/text.h"
#include "lib/openssl/digest.h"
#include "parsers/attachment_bytes.h"
#include "parsers/file_name.h"
#include "parsers/mbox.h"
#include "parsers/mime.h"
#include "require.h"

namespace {

using poller::Address;
using poller::Attachment;
using poller::Mail;

void require_utf8(const std::string& s) { require(poller::text::is_utf8(s), "valid UTF-8"); }

void require_utf8(const Address& address) {
  require_utf8(address.name);
  require_utf8(address.address);
}

void check_headers(const Mail& mail) {
  require_utf8(mail.subject);
  require_utf8(mail.subject_base);
  require(mail.subject.find_first_of("\r\n") == std::string::npos, "a subject is one line");
  if (mail.message_id) require_utf8(*mail.message_id);
  for (const auto& id : mail.references) require_utf8(id);
  if (mail.from) require_utf8(*mail.from);
  if (mail.sender) require_utf8(*mail.sender);
  for (const auto* list : {&mail.to, &mail.cc, &mail.reply_to}) {
    for (const auto& address : *list) require_utf8(address);
  }
}

// The bytes of an attachment are found again by its locator alone: nothing else of them is stored.
void check_attachment(std::string_view raw, const Attachment& attachment) {
  const std::string bytes = poller::attachment_bytes(raw, attachment.locator);
  require(bytes.size() == attachment.size, "an attachment has its size");
  require(poller::sha256_hex(bytes) == attachment.sha256, "an attachment has its hash");
  require_utf8(attachment.content_type);
  if (attachment.content_id) require_utf8(*attachment.content_id);
  if (!attachment.filename) return;
  require_utf8(*attachment.filename);
  require(poller::safe_file_name(*attachment.filename) == attachment.filename, "a file name is safe");
}

void check_mail(std::string_view raw, const Mail& mail) {
  const poller::ParseLimits limits;
  check_headers(mail);
  require_utf8(mail.text);
  require_utf8(mail.html.value_or(""));
  require_utf8(mail.notice.value_or(""));
  require_utf8(mail.new_text);
  require(mail.text.size() <= limits.text && mail.html.value_or("").size() <= limits.text, "texts keep to their limit");
  require(mail.text.find('\0') == std::string::npos, "no NUL in a text");
  require(mail.attachments.size() <= static_cast<std::size_t>(limits.parts), "attachments keep to their limit");
  require(!mail.parts.empty(), "there is a root");
  for (const auto& attachment : mail.attachments) check_attachment(raw, attachment);
  for (const auto& part : mail.parts) require(part.parent < static_cast<int>(mail.parts.size()), "parents exist");
  for (const auto& defect : mail.defects) require_utf8(defect);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const Mail mail = poller::parse_mail(raw);
  check_mail(raw, mail);
  const Mail head = poller::parse_mail(raw, {}, true);
  require(head.sha256 == mail.sha256, "the header alone is the same bytes");
  // A subject in bare 8-bit bytes is guessed, and the charset of a body is a hint that the header alone lacks.
  const bool guessed =
      std::count(head.defects.begin(), head.defects.end(), "the charset of the subject was guessed") > 0;
  require(guessed || head.subject == mail.subject, "the header alone says the same");
  std::size_t all = 0;
  for (const std::string_view piece : poller::split_mbox(raw)) all += piece.size();
  require(all <= size, "an mbox is split, not copied");
  return 0;
}
