// From the tree of parts to the Mail: bodies, attachments, hashes.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "lib/openssl/digest.h"
#include "parsers/attachment_bytes.h"
#include "parsers/attachment_list.h"
#include "parsers/body_text.h"
#include "parsers/calendar.h"
#include "parsers/charset.h"
#include "parsers/charset_guess.h"
#include "parsers/content_hash.h"
#include "parsers/defects.h"
#include "parsers/embedded_files.h"
#include "parsers/header_block.h"
#include "parsers/mail_headers.h"
#include "parsers/mail_part.h"
#include "parsers/mime.h"
#include "parsers/quoted_text.h"
#include "parsers/robot_addresses.h"
#include "parsers/smime.h"
#include "parsers/text_lines.h"
#include "parsers/transfer.h"
#include "parsers/winmail.h"

namespace poller {
namespace {

// Bytes that were read as MIME: the mail, or the content of a signed S/MIME part or an encoded multipart within it.
struct MimeSource {
  std::string_view bytes;
  const Locator* container = nullptr;  // where it lies, if it is no mail itself
  int parent = -1;                     // in Mail::parts
  int depth = 0;
  std::size_t header = 0;  // of an encoded multipart: so many bytes were put before its content

  [[nodiscard]] Locator locate(const Locator& locator) const {
    if (container == nullptr) return locator;
    if (header == 0) return within_signed(*container, locator);
    return within_text(*container, locator.offset - header, locator.length, locator.encoding);
  }
};

constexpr int kDeepestNested = 3;

class MailBuilder {
 public:
  MailBuilder(std::string_view raw, const ParseLimits& limits)
      : raw_(raw), limits_(limits), body_(limits, defects_), files_(raw.size(), limits, defects_) {}

  Mail build(bool header_only, std::string sha256) {
    mail_.sha256 = sha256.empty() ? sha256_hex(raw_) : std::move(sha256);
    mail_.size = raw_.size();
    std::vector<MailPart> parts = read(raw_, header_only);
    mail_.fields = std::move(parts.front().part.fields);
    parts.front().part.fields.clear();
    read_mail_headers(mail_, limits_, header_charset_hint(mail_, charset_hint(raw_, parts)), defects_);
    if (!header_only) {
      add_parts({raw_}, parts);
      finish_body();
    }
    mail_.content_hash = content_.hex();
    mail_.defects = defects_.take();
    return std::move(mail_);
  }

 private:
  std::vector<MailPart> read(std::string_view bytes, bool header_only) {
    std::vector<MailPart> parts =
        describe_parts(bytes, read_mime_tree(bytes, limits_, header_only, defects_), limits_, defects_);
    assign_roles(parts);
    return parts;
  }

  // The first charset that a part names, or that HTML names of itself.
  static std::string charset_hint(std::string_view raw, const std::vector<MailPart>& parts) {
    for (const auto& part : parts) {
      if (!part.part.charset.empty()) return part.part.charset;
    }
    for (const auto& part : parts) {
      if (part.role != PartRole::html) continue;
      constexpr std::size_t kLooked = 8 * 1024;
      const Locator& where = part.part.body;
      std::string head;
      decode_transfer(raw.substr(where.offset, std::min<std::uint64_t>(where.length, kLooked)), where.encoding, head);
      return std::string(html_meta_charset(head));
    }
    return {};
  }

  void add_parts(const MimeSource& source, std::vector<MailPart>& parts) {
    std::vector<int> index(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      MailPart& part = parts[i];
      const bool in_related = is_within_related(parts, i);
      part.part.parent = i == 0 ? source.parent : index[static_cast<std::size_t>(part.part.parent)];
      part.part.depth += source.depth;
      index[i] = static_cast<int>(mail_.parts.size());
      Part listed = part.part;
      listed.body = source.locate(part.part.body);
      mail_.parts.push_back(std::move(listed));
      note_protection(part);
      if (part.part.leaf) add_leaf(source, part, index[i], in_related);
    }
  }

  static bool is_within_related(const std::vector<MailPart>& parts, std::size_t i) {
    return i > 0 && parts[static_cast<std::size_t>(parts[i].part.parent)].part.content_type == "multipart/related";
  }

  void note_protection(const MailPart& part) {
    if (mail_.notice) return;
    const Protection protection = protection_of_part(part.part.content_type, part.type.get("protocol"),
                                                     part.type.get("smime-type"), part.part.filename.value_or(""));
    if (protection != Protection::smime_opaque) set_notice(protection_notice(protection));
  }

  void set_notice(std::string notice) {
    if (!mail_.notice && !notice.empty()) mail_.notice = std::move(notice);
  }

  void add_leaf(const MimeSource& source, const MailPart& part, int index, bool in_related) {
    if (part.kind == BodyKind::text && add_encoded_multipart(source, part, index)) return;
    if (part.role == PartRole::attachment) {
      add_attachment(source, part, index, in_related);
    } else {
      add_body(source, part);
    }
  }

  // A multipart may not be encoded as a whole (RFC 2045 section 6.4); some are, so that no boundary occurs before they
  // are decoded.
  bool add_encoded_multipart(const MimeSource& source, const MailPart& part, int index) {
    const Locator& own = part.part.body;
    const std::string boundary = part.type.get("boundary");
    if (own.encoding == TransferEncoding::identity || !part.type.value.starts_with("multipart/") || boundary.empty() ||
        boundary.find_first_of("\"\\") != std::string::npos || nested_ >= kDeepestNested) {
      return false;
    }
    std::string content = "Content-Type: " + part.type.value + "; boundary=\"" + boundary + "\"\n\n";
    const std::size_t header = content.size();
    decode_transfer(source.bytes.substr(own.offset, own.length), own.encoding, content);
    if (content.find("--" + boundary, header) == std::string::npos) return false;
    defects_.add("a multipart that is encoded as a whole");
    add_nested({content, nullptr, index, part.part.depth + 1, header}, source.locate(own));
    return true;
  }

  // `where`: the part that what is nested stands in.
  void add_nested(MimeSource nested, const Locator& where) {
    nested.container = &where;
    ++nested_;
    std::vector<MailPart> parts = read(nested.bytes, false);
    add_parts(nested, parts);
    --nested_;
    mail_.parts[static_cast<std::size_t>(nested.parent)].leaf = false;
  }

  void note_transfer(const TransferResult& result, TransferEncoding encoding) {
    static constexpr std::array kNames = {"", "base64", "quoted-printable", "uuencode", "yEnc"};
    const std::string name = kNames[static_cast<std::size_t>(encoding)];
    if (result.junk > 0) defects_.add("bytes that are no " + name + " were skipped or left as they are");
    if (result.truncated) defects_.add("a part whose " + name + " is not complete");
  }

  // A text part is decoded whole where it is encoded, and read where it lies where it is not.
  void add_body(const MimeSource& source, const MailPart& part) {
    const Locator& where = part.part.body;
    std::string decoded;
    std::string_view bytes = source.bytes.substr(where.offset, where.length);
    if (where.encoding != TransferEncoding::identity) {
      note_transfer(decode_transfer(bytes, where.encoding, decoded), where.encoding);
      bytes = decoded;
    }
    TextHash hash;
    hash.update(bytes);
    content_.add_leaf(hash.digest());
    if (part.role == PartRole::html) {
      body_.add_html(bytes, part);
    } else if (part.role == PartRole::plain) {
      add_plain(source.locate(where), part, bytes);
    }
  }

  // `where`: the text before its transfer encoding was taken off.
  void add_plain(const Locator& where, const MailPart& part, std::string_view bytes) {
    const auto files = find_embedded_files(bytes, files_.room());
    if (files.empty()) return body_.add_plain(bytes, part);
    for (const auto& file : files) {
      FileFacts facts;
      facts.name = file.name;
      facts.locator = within_text(where, file.offset, file.length, file.encoding);
      files_.add_encoded(std::move(facts), bytes.substr(file.offset, file.length), file.encoding);
    }
    body_.add_plain(without_embedded_files(bytes, files), part);
  }

  void add_attachment(const MimeSource& source, const MailPart& part, int index, bool in_related) {
    const Locator& where = part.part.body;
    const std::string_view bytes = source.bytes.substr(where.offset, where.length);
    if (is_opaque(part) && add_signed(source, part, bytes, index)) return;
    if (is_winmail(part) && add_winmail(source, part, bytes)) return;
    FileFacts facts;
    facts.content_type = part.part.content_type;
    facts.safe_name = part.part.filename;
    facts.content_id = part.content_id;
    facts.disposition = part.part.disposition;
    facts.in_related = in_related;
    facts.locator = source.locate(where);
    const bool is_text =
        text::istarts_with(facts.content_type, "text/") || text::istarts_with(facts.content_type, "message/");
    TextHash hash;
    const AddedFile added = files_.add_encoded(std::move(facts), bytes, where.encoding, is_text ? &hash : nullptr);
    note_transfer(added.transfer, where.encoding);
    content_.add_leaf(is_text ? hash.digest() : added.digest);
    if (part.part.disposition != "attachment") note_calendar(part, bytes);
  }

  void note_calendar(const MailPart& part, std::string_view bytes) {
    const std::string& type = part.part.content_type;
    if (mail_.notice || (type != "text/calendar" && type != "application/ics")) return;
    constexpr std::size_t kLargestCalendar = 1024 * 1024;
    std::string decoded;
    decode_transfer(bytes.substr(0, kLargestCalendar), part.part.body.encoding, decoded);
    const auto calendar = read_calendar(to_utf8(decoded, part.part.charset.empty() ? "utf-8" : part.part.charset).text);
    if (calendar) set_notice(calendar->notice);
  }

  static bool is_opaque(const MailPart& part) {
    return protection_of_part(part.part.content_type, part.type.get("protocol"), part.type.get("smime-type"),
                              part.part.filename.value_or("")) == Protection::smime_opaque;
  }

  // Signed S/MIME that hides its content: the content stands in the part's place. One within another, and so on a few
  // times, is opened; more is an attack.
  bool add_signed(const MimeSource& source, const MailPart& part, std::string_view bytes, int index) {
    std::string decoded;
    decode_transfer(bytes, part.part.body.encoding, decoded);
    std::optional<std::string> content;
    if (nested_ < kDeepestNested) content = open_signed(decoded);
    if (!content) {
      set_notice(protection_notice(protection_of_cms(decoded)));
      return false;
    }
    decoded = std::string();
    add_nested({*content, nullptr, index, part.part.depth + 1}, source.locate(part.part.body));
    return true;
  }

  static bool is_winmail(const MailPart& part) {
    const std::string& type = part.part.content_type;
    return type == "application/ms-tnef" || type == "application/vnd.ms-tnef" ||
           (part.part.filename && text::iequals(*part.part.filename, "winmail.dat"));
  }

  // What it holds stands in its place; one that cannot be opened stays itself.
  bool add_winmail(const MimeSource& source, const MailPart& part, std::string_view bytes) {
    std::string decoded;
    decode_transfer(bytes, part.part.body.encoding, decoded);
    auto winmail = open_winmail(decoded, files_.bytes_left());
    if (!winmail) {
      defects_.add("a winmail.dat that cannot be opened");
      return false;
    }
    if (winmail->damaged) defects_.add("a damaged winmail.dat: what was readable was taken out");
    content_.add_leaf(sha256(decoded));
    const Locator where = source.locate(part.part.body);
    for (std::size_t i = 0; i < winmail->files.size(); ++i) {
      auto& file = winmail->files[i];
      FileFacts facts;
      facts.name = std::move(file.name);
      facts.content_type = std::move(file.content_type);
      facts.content_id = std::move(file.content_id);
      facts.locator = within_winmail(where, i);
      files_.add_encoded(std::move(facts), file.bytes, TransferEncoding::identity);
      file.bytes = std::string();
    }
    body_.add_fallback(std::move(winmail->text), std::move(winmail->html));
    return true;
  }

  // A mail that mail systems send is about another: what they return is no new text.
  [[nodiscard]] bool refers_to_mails() const {
    return !mail_.in_reply_to.empty() || !mail_.references.empty() || !mail_.from ||
           is_system_sender(mail_.from->address);
  }

  void finish_body() {
    mail_.attachments = files_.take(body_.html());
    const auto seen = body_.seen_text();
    mail_.text = body_.take_text();
    mail_.html = body_.take_html();
    set_notice(protection_notice(protection_of_text(mail_.text)));
    if (mail_.notice && text::trim(mail_.text).empty()) mail_.text = *mail_.notice;
    const std::string& shown = seen ? *seen : mail_.text;
    const auto clear = open_clear_signed(shown);
    NewText fresh = new_text(clear ? *clear : shown, mail_.html.value_or(""), {mail_.subject, refers_to_mails()});
    mail_.new_text = std::move(fresh.text);
    mail_.signature = std::move(fresh.signature);
  }

  std::string_view raw_;
  const ParseLimits& limits_;
  Defects defects_;
  Mail mail_;
  BodyText body_;
  AttachmentList files_;
  ContentHash content_;
  int nested_ = 0;  // signed S/MIME and encoded multiparts within one another
};

}  // namespace

Mail parse_mail(std::string_view raw, const ParseLimits& limits, bool header_only, std::string sha256) {
  return MailBuilder(raw, limits).build(header_only, std::move(sha256));
}

bool looks_like_mail(std::string_view raw) noexcept {
  constexpr std::size_t kLooked = 64 * 1024;
  raw = raw.substr(0, kLooked);
  for (std::size_t pos = 0; pos < raw.size();) {
    const TextLine line = line_at(raw, pos);
    if (field_name_length(line.content) > 0) return true;
    pos = line.next;
  }
  return false;
}

}  // namespace poller
