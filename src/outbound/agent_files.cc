#include "outbound/agent_files.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "outbound/html.h"
#include "parsers/attachment_bytes.h"

namespace poller::outbound {
namespace {

bool is_signature_of_mail(const Attachment& a) {
  static constexpr std::string_view types[] = {"application/pkcs7-signature", "application/x-pkcs7-signature",
                                               "application/pgp-signature"};
  return std::find(std::begin(types), std::end(types), a.content_type) != std::end(types);
}

// Letters and digits alone: plain text and rendered HTML break and mark their lines differently.
std::string letters_of(std::string_view given) {
  std::string out;
  for (const char c : given) {
    if (text::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80) out += c;
  }
  return out;
}

// Whether the picture that the mail's text or HTML shows by its Content-ID stands behind all that the agent wrote this
// time: in his signature, or in what he quotes. Right between the two it is the end of what he wrote, unless that is
// nothing (`is_bare`).
bool stands_below_the_answer(const Mail& mail, const std::string& content_id, bool is_bare) {
  const std::string reference = "cid:" + content_id;
  if (text::ifind(mail.new_text, reference) != std::string_view::npos) return false;
  if (text::ifind(mail.text, reference) != std::string_view::npos) return true;  // Outlook's plain text names them too
  const std::string_view html = mail.html ? std::string_view(*mail.html) : std::string_view();
  const auto place = text::ifind(html, reference);
  const auto tag = place == std::string_view::npos ? place : html.rfind('<', place);
  if (tag == std::string_view::npos) return false;
  const std::string above = letters_of(text_from_html(html.substr(0, tag)));
  const std::string answer = letters_of(mail.new_text);
  const auto start = above.find(answer);
  if (start == std::string::npos) return false;
  return start + answer.size() < above.size() || (is_bare && mail.signature);
}

// By hash, of all earlier mails of the ticket: what a customer sent and an agent quotes, and a signature's logo.
std::set<std::string> known_files(Store& store, const StoredMail& stored, const Ticket& ticket) {
  std::set<std::string> known;
  for (const Message& m : store.messages(ticket.id)) {
    if (m.id == stored.placement.message) continue;
    for (const auto& a : m.attachments) known.insert(a.attachment.sha256);
  }
  return known;
}

bool is_shown_picture(const Mail& mail, const Attachment& a) {
  if (!a.is_inline || !a.content_id || !text::istarts_with(a.content_type, "image/")) return false;
  const std::string reference = "cid:" + *a.content_id;
  return text::ifind(mail.text, reference) != std::string_view::npos ||
         (mail.html && text::ifind(*mail.html, reference) != std::string_view::npos);
}

}  // namespace

std::vector<OutgoingFile> files_to_send_on(Store& store, const StoredMail& stored, const Ticket& ticket, bool is_bare) {
  std::vector<OutgoingFile> files;
  const Mail& mail = stored.mail.mail;
  if (mail.attachments.empty()) return files;
  const PackedRaw& packed = stored.mail.packed;
  const std::string raw = unpack_raw(packed.codec, packed.bytes, packed.size);
  std::set<std::string> known;
  const bool has_pictures = std::any_of(mail.attachments.begin(), mail.attachments.end(),
                                        [&](const Attachment& a) { return is_shown_picture(mail, a); });
  if (has_pictures) known = known_files(store, stored, ticket);
  for (const auto& a : mail.attachments) {
    if (is_signature_of_mail(a)) continue;
    const bool is_shown = is_shown_picture(mail, a);
    if (is_shown && (known.contains(a.sha256) || stands_below_the_answer(mail, *a.content_id, is_bare))) continue;
    files.push_back({a.filename.value_or(""), a.content_type, attachment_bytes(raw, a.locator), "", false});
  }
  return files;
}

}  // namespace poller::outbound
