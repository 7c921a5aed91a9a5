// Which parts are the body: see mail_part.h.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "parsers/mail_part.h"

namespace poller {
namespace {

bool is_body_type(const MailPart& part) {
  return part.part.leaf && (part.part.content_type == "text/plain" || part.part.content_type == "text/html");
}

// Anything but inline and nothing is an attachment (RFC 2183 section 2.8); a disposition that is none counts as none.
bool is_disposed_as_attachment(const MailPart& part) {
  const std::string& disposition = part.part.disposition;
  if (disposition.empty() || disposition == "inline") return false;
  return disposition == "attachment" || part.part.filename.has_value();
}

// "image.png@01D..." with or without its brackets.
std::string_view without_brackets(std::string_view id) {
  id = text::trim(id);
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  return id;
}

class RoleGiver {
 public:
  explicit RoleGiver(std::vector<MailPart>& parts) : parts_(parts), children_(parts.size()), contexts_(parts.size()) {
    for (std::size_t i = 1; i < parts.size(); ++i) {
      children_[static_cast<std::size_t>(parts[i].part.parent)].push_back(i);
    }
    find_plain();
  }

  void give() {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      auto& part = parts_[i];
      if (part.part.leaf) {
        part.role = role_of(i);
        part.sole = part.role == PartRole::html && !has_plain_instead(i);
      } else {
        part.role = PartRole::container;
        contexts_[i] = context_of(i);
      }
    }
    if (!any_body()) take_other_text();
  }

 private:
  // What a container means for what is in it.
  struct Context {
    bool attached = false;         // it, or one around it, is an attachment
    bool beside_plain = false;     // within an alternative to a text/plain
    bool plain_instead = false;    // the same, the text/plain however deep in its own branch
    std::size_t related_root = 0;  // of a multipart/related: the child that is the body; 0: not related
    bool only_first = false;       // multipart/signed
    bool alternative = false;
  };

  [[nodiscard]] Context parent_context(std::size_t i) const {
    return i == 0 ? Context() : contexts_[static_cast<std::size_t>(parts_[i].part.parent)];
  }

  [[nodiscard]] bool is_first_child(std::size_t i) const {
    return i == 0 || children_[static_cast<std::size_t>(parts_[i].part.parent)].front() == i;
  }

  Context context_of(std::size_t i) {
    const std::string& type = parts_[i].part.content_type;
    const Context around = parent_context(i);
    Context out;
    out.attached = around.attached || parts_[i].part.disposition == "attachment" || type == "multipart/encrypted" ||
                   type == "multipart/appledouble" || is_out_of_place(i, around);
    out.alternative = type == "multipart/alternative";
    out.only_first = type == "multipart/signed";
    out.beside_plain = around.beside_plain || (around.alternative && has_plain_sibling(i));
    out.plain_instead = has_plain_instead(i);
    if (type == "multipart/related") out.related_root = related_root(i);
    return out;
  }

  [[nodiscard]] bool is_out_of_place(std::size_t i, const Context& around) const {
    return (around.related_root != 0 && around.related_root != i) || (around.only_first && !is_first_child(i));
  }

  // Which parts are a text/plain or hold one.
  void find_plain() {
    holds_plain_.resize(parts_.size());
    for (std::size_t i = parts_.size(); i-- > 0;) {
      if (parts_[i].part.leaf) holds_plain_[i] = parts_[i].part.content_type == "text/plain";
      if (i > 0 && holds_plain_[i]) holds_plain_[static_cast<std::size_t>(parts_[i].part.parent)] = true;
    }
  }

  [[nodiscard]] bool has_plain_instead(std::size_t i) const {
    const Context around = parent_context(i);
    if (around.plain_instead || !around.alternative) return around.plain_instead;
    const auto& siblings = children_[static_cast<std::size_t>(parts_[i].part.parent)];
    return std::any_of(siblings.begin(), siblings.end(), [&](std::size_t k) { return k != i && holds_plain_[k]; });
  }

  [[nodiscard]] bool has_plain_sibling(std::size_t i) const {
    const auto& siblings = children_[static_cast<std::size_t>(parts_[i].part.parent)];
    return std::any_of(siblings.begin(), siblings.end(), [&](std::size_t k) {
      return k != i && parts_[k].part.leaf && parts_[k].part.content_type == "text/plain";
    });
  }

  // RFC 2387 section 3.2: named by start=, else the first; but a picture is no body.
  [[nodiscard]] std::size_t related_root(std::size_t i) const {
    const auto& children = children_[i];
    if (children.empty()) return 0;
    const std::string start = parts_[i].type.get("start");
    if (!start.empty()) {
      for (const std::size_t k : children) {
        if (parts_[k].content_id && *parts_[k].content_id == without_brackets(start)) return k;
      }
    }
    const auto can_be_body = [&](std::size_t k) { return !parts_[k].part.leaf || is_body_type(parts_[k]); };
    const auto found = std::find_if(children.begin(), children.end(), can_be_body);
    return found == children.end() ? children.front() : *found;
  }

  PartRole role_of(std::size_t i) {
    const MailPart& part = parts_[i];
    const Context around = parent_context(i);
    if (!is_body_type(part) || part.kind == BodyKind::rest) return PartRole::attachment;
    if (around.attached || is_disposed_as_attachment(part) || is_out_of_place(i, around)) return PartRole::attachment;
    if (part.part.filename && !around.alternative && around.related_root != i && !may_be_named_body(i)) {
      return PartRole::attachment;
    }
    if (part.part.content_type == "text/html") return PartRole::html;
    return around.beside_plain ? PartRole::redundant : PartRole::plain;
  }

  // A text with a file name is the body where it comes first and there is no other candidate beside it.
  [[nodiscard]] bool may_be_named_body(std::size_t i) const {
    if (i == 0) return true;
    if (!is_first_child(i)) return false;
    const auto& siblings = children_[static_cast<std::size_t>(parts_[i].part.parent)];
    return std::none_of(siblings.begin(), siblings.end(), [&](std::size_t k) {
      if (k == i) return false;
      if (!parts_[k].part.leaf) return true;
      return is_body_type(parts_[k]) && !parts_[k].part.filename && !is_disposed_as_attachment(parts_[k]);
    });
  }

  [[nodiscard]] bool any_body() const {
    return std::any_of(parts_.begin(), parts_.end(), [](const MailPart& part) {
      return part.role == PartRole::plain || part.role == PartRole::html;
    });
  }

  // RFC 2046 section 4.1.4: an unknown kind of text is shown as text, where there is nothing better.
  void take_other_text() {
    static constexpr std::array kNoBody = std::to_array<std::string_view>(
        {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/rfc822-headers", "text/csv", "text/xml",
         "text/rtf", "text/css", "text/javascript", "text/x-vcalendar"});
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const auto& part = parts_[i];
      const std::string& type = part.part.content_type;
      if (!part.part.leaf || !type.starts_with("text/") || part.part.filename || is_disposed_as_attachment(part) ||
          parent_context(i).attached || is_body_type(part)) {
        continue;
      }
      if (std::find(kNoBody.begin(), kNoBody.end(), type) != kNoBody.end()) continue;
      parts_[i].role = PartRole::plain;
      return;
    }
  }

  std::vector<MailPart>& parts_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<Context> contexts_;
  std::vector<bool> holds_plain_;
};

}  // namespace

void assign_roles(std::vector<MailPart>& parts) { RoleGiver(parts).give(); }

}  // namespace poller
