#include "parsers/mime_compose.h"

#include <fmt/format.h>
#include <mimetic/mimetic.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"
#include "lib/openssl/digest.h"
#include "parsers/encode_body.h"
#include "parsers/encode_header.h"

namespace poller {
namespace {

constexpr std::size_t kReferencesOctets = 1900;
constexpr std::size_t kFirstReferences = 1;  // the root: what Gmail and Outlook thread by
constexpr std::size_t kThreadIndexOctets = 900;

// mimetic's entity, with what its writer would have to guess.
struct Entity : mimetic::MimeEntity {
  std::string boundary;  // of a multipart
};

// Headers come encoded and folded, and mimetic keeps them as they are. Its own writer folds them anew, in the midst of
// folds of ours; so the tree is written here.
void put(Entity& entity, const char* name, std::string_view value) {
  if (value.empty()) return;
  mimetic::Header& header = entity.header();
  header.emplace_back();
  header.back().name(name);
  header.back().value(std::string(value));
}

void write(const Entity& entity, std::string& out) {
  for (const auto& field : entity.header()) {
    out += std::string(field.name());
    out += ": ";
    out += field.value();
    out += "\r\n";
  }
  out += "\r\n";
  if (entity.boundary.empty()) {
    out += entity.body();
    return;
  }
  for (const auto* part : entity.body().parts()) {
    out += "--" + entity.boundary + "\r\n";
    write(static_cast<const Entity&>(*part), out);  // all of the tree is made here
    out += "\r\n";
  }
  out += "--" + entity.boundary + "--\r\n";
}

std::string mail_date(UnixTime time) {
  static constexpr std::array<const char*, 7> kDays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string r = rfc3339(time);  // 2026-11-24T08:15:00Z
  const UnixTime days = time / 86400;
  std::uint64_t month = 1, day = 1;
  (void)text::parse_uint(r.substr(5, 2), month);
  (void)text::parse_uint(r.substr(8, 2), day);
  return fmt::format("{}, {} {} {} {} +0000", kDays[static_cast<std::size_t>((days % 7 + 7) % 7)], day,
                     kMonths[month - 1], r.substr(0, 4), r.substr(11, 8));
}

class Composer {
 public:
  explicit Composer(const OutgoingMail& mail) : mail_(mail) {}

  std::string run() {
    const std::unique_ptr<Entity> root = body();
    // Ours stand first; mimetic's own entity headers behind them.
    mimetic::Header entity_fields = root->header();
    root->header().clear();
    put_headers(*root);
    for (const auto& field : entity_fields) root->header().push_back(field);
    std::string out;
    write(*root, out);
    return out;
  }

 private:
  using Owned = std::unique_ptr<Entity>;

  void put_headers(Entity& e) {
    put(e, "Date", mail_date(mail_.date));
    put(e, "From", encode_addresses("From", {mail_.from}));
    put(e, "Reply-To", encode_addresses("Reply-To", mail_.reply_to));
    put(e, "To", encode_addresses("To", mail_.to));
    put(e, "Cc", encode_addresses("Cc", mail_.cc));
    put(e, "Subject", encode_unstructured("Subject", mail_.subject));
    put(e, "Message-ID", encode_ids("Message-ID", {mail_.message_id}));
    put(e, "In-Reply-To", encode_ids("In-Reply-To", mail_.in_reply_to));
    put(e, "References", encode_ids("References", trimmed_references(mail_.references)));
    put(e, "Thread-Topic", encode_unstructured("Thread-Topic", mail_.thread_topic));
    put(e, "Thread-Index", thread_index());
    if (!mail_.auto_submitted.empty()) {
      put(e, "Auto-Submitted", mail_.auto_submitted == "auto-replied" ? "auto-replied" : "auto-generated");
      put(e, "X-Auto-Response-Suppress", "All");
      put(e, "Precedence", "bulk");
    }
    put(e, "MIME-Version", "1.0");
  }

  [[nodiscard]] std::string thread_index() const {
    const std::string& value = mail_.thread_index;
    const bool base64 = std::all_of(value.begin(), value.end(),
                                    [](char c) { return text::is_alnum(c) || c == '+' || c == '/' || c == '='; });
    return base64 && value.size() <= kThreadIndexOctets ? value : std::string();
  }

  Owned body() {
    Owned content = plain();
    if (!mail_.html.empty()) {
      Owned rich = with_files(html(), true, "multipart/related");
      content = multipart("multipart/alternative", std::move(content), std::move(rich));
    }
    return with_files(std::move(content), false, "multipart/mixed");
  }

  static Owned encoded(const std::string& type, const std::string& encoding, const std::string& bytes) {
    auto e = std::make_unique<Entity>();
    put(*e, "Content-Type", type);
    put(*e, "Content-Transfer-Encoding", encoding);
    e->body().assign(bytes);
    return e;
  }

  static Owned text_part(const std::string& type, const std::string& canonical) {
    if (fits_7bit(canonical)) return encoded(type, "7bit", canonical);
    return encoded(type, "quoted-printable", encode_quoted_printable(canonical));
  }

  [[nodiscard]] Owned plain() const {
    return text_part("text/plain; charset=utf-8; format=flowed", flow(canonical_text(mail_.text)));
  }
  [[nodiscard]] Owned html() const { return text_part("text/html; charset=utf-8", canonical_text(mail_.html)); }

  static Owned file(const OutgoingFile& f) {
    const bool good_type = std::all_of(f.content_type.begin(), f.content_type.end(), [](char c) {
      return text::is_alnum(c) || std::string_view("!#$&-^_.+/").find(c) != std::string_view::npos;
    });
    const bool leaf = good_type && std::count(f.content_type.begin(), f.content_type.end(), '/') == 1 &&
                      !text::istarts_with(f.content_type, "multipart/") &&
                      !text::istarts_with(f.content_type, "message/") && f.content_type.size() < 100;
    const std::string name = f.filename.empty() ? "" : encode_parameter("name", f.filename);
    Owned e =
        encoded((leaf ? f.content_type : "application/octet-stream") + name, "base64", encode_base64_lines(f.bytes));
    if (is_sendable_id(f.content_id)) put(*e, "Content-ID", "<" + f.content_id + ">");
    put(*e, "Content-Disposition",
        (f.is_inline ? "inline" : "attachment") + (f.filename.empty() ? "" : encode_parameter("filename", f.filename)));
    return e;
  }

  Owned with_files(Owned content, bool inline_ones, const char* type) {
    Owned out;
    for (const auto& f : mail_.files) {
      const bool within_html = f.is_inline && !mail_.html.empty();
      if (within_html != inline_ones) continue;
      if (!out) {
        out = multipart(type, std::move(content), file(f));
      } else {
        out->body().parts().push_back(file(f).release());
      }
    }
    return out ? std::move(out) : std::move(content);
  }

  Owned multipart(const char* type, Owned first, Owned second) {
    auto e = std::make_unique<Entity>();
    // "=_" can stand in neither base64 nor quoted-printable (RFC 2045 section 6.7); text in 7bit will not hold a hash.
    const std::string mark = sha256_hex(fmt::format("{}/{}", mail_.boundary_seed, ++boundaries_)).substr(0, 24);
    e->boundary = "=_" + mark;
    put(*e, "Content-Type", fmt::format("{};\r\n boundary=\"{}\"", type, e->boundary));
    e->body().parts().push_back(first.release());
    e->body().parts().push_back(second.release());
    return e;
  }

  const OutgoingMail& mail_;
  int boundaries_ = 0;
};

}  // namespace

std::string compose_mail(const OutgoingMail& mail) { return Composer(mail).run(); }

std::vector<std::string> trimmed_references(const std::vector<std::string>& references) {
  std::vector<std::string> all;
  for (const auto& id : references) {
    if (is_sendable_id(id) && std::find(all.begin(), all.end(), id) == all.end()) all.push_back(id);
  }
  std::size_t octets = 0;
  for (const auto& id : all) octets += id.size() + 3;
  while (octets > kReferencesOctets && all.size() > kFirstReferences + 1) {
    octets -= all[kFirstReferences].size() + 3;
    all.erase(all.begin() + kFirstReferences);
  }
  return all;
}

}  // namespace poller
