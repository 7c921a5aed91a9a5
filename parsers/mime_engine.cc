#include "parsers/mime_engine.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "parsers/boundary.h"
#include "parsers/header_block.h"
#include "parsers/parameters.h"
#include "parsers/text_lines.h"

namespace poller {
namespace {

class MimeEngine {
 public:
  MimeEngine(std::string_view raw, const ParseLimits& limits, EntitySink& sink, Defects& defects)
      : raw_(raw), limits_(limits), sink_(sink), defects_(defects) {
    is_boundary_ = [this](std::size_t pos) { return boundary_line_at(raw_, pos, open_).found; };
  }

  void run(bool header_only) {
    begin_entity(mail_start(raw_), false);
    if (header_only) {
      sink_.close({raw_.size(), 0, BodyKind::leaf});
      return;
    }
    for (;;) {
      const BoundaryLine line = find_boundary_line(raw_, pos_, open_);
      if (retry_with_guess(line)) continue;
      end_leaf(line.found ? line.start : raw_.size());
      if (!line.found) break;
      go_on_after(line);
      if (done_) break;
    }
    while (!open_.empty()) end_multipart(raw_.size());
  }

 private:
  // Reads a header, and gets ready to look for what ends the body.
  void begin_entity(std::size_t pos, bool in_digest) {
    const HeaderBlock header = read_header_block(raw_, pos, limits_, is_boundary_, defects_);
    pos_ = header.body;
    const std::size_t own = entities_ == 0 ? header.fields.size() : own_fields(header.fields);
    begin_leaf(header.fields.begin(), header.fields.begin() + static_cast<std::ptrdiff_t>(own), in_digest);
    if (own < header.fields.size() && !leaf_open_) {
      begin_without_boundary();
      begin_leaf(header.fields.begin() + static_cast<std::ptrdiff_t>(own), header.fields.end(), false);
    } else if (!leaf_open_ && text::istarts_with(raw_.substr(pos_), "content-") && entities_ + 1 < limits_.parts) {
      begin_without_boundary();
      begin_entity(pos_, open_.back().digest);  // no deeper than multiparts may be nested
    }
  }

  using FieldIterator = std::vector<Field>::const_iterator;

  // Opens an entity; one that is a multipart becomes a container.
  void begin_leaf(FieldIterator first, FieldIterator last, bool in_digest) {
    ++entities_;
    sink_.open(in_digest);
    const auto is_type = [](const Field& field) { return text::iequals(field.name, "content-type"); };
    const auto plain = std::find_if(first, last, is_type);
    const auto type = real_type(plain, last);
    for (auto field = first; field != last; ++field) {
      if (field == type || !is_type(*field) || type == plain) sink_.field(*field);
    }
    open_leaf();
    if (type == last || !text::istarts_with(type->value, "multipart/")) return;
    begin_multipart(type->value);
    if (type == plain || leaf_open_) return;
    defects_.add("several Content-Types: the one that the body has was used");
    open_.back().seen = true;  // what stands before the first boundary line was meant as text
    ++entities_;
    sink_.open(false);
    open_leaf();
  }

  void open_leaf() {
    leaf_open_ = true;
    leaf_ = pos_;
    leaf_kind_ = BodyKind::leaf;
  }

  // Of several Content-Types the first counts; in the mail's own header, unless a later one is that of a multipart
  // whose boundary occurs (for parts that search could be made to cost too much).
  FieldIterator real_type(FieldIterator first, FieldIterator last) const {
    if (first == last || entities_ > 1 || text::istarts_with(first->value, "multipart/")) return first;
    for (auto other = std::next(first); other != last; ++other) {
      if (!text::iequals(other->name, "content-type") || !text::istarts_with(other->value, "multipart/")) continue;
      const std::string boundary = parse_structured(other->value, limits_.parameters).get("boundary");
      const bool occurs = !boundary.empty() && boundary.size() <= limits_.boundary &&
                          raw_.find("\n--" + boundary, pos_) != std::string_view::npos;
      return occurs ? other : first;
    }
    return first;
  }

  // In a part, a second Content-Type after that of a multipart is of its first part: the boundary line is missing.
  static std::size_t own_fields(const std::vector<Field>& fields) {
    bool in_multipart = false;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!text::iequals(fields[i].name, "content-type")) continue;
      const bool is_multipart = text::istarts_with(fields[i].value, "multipart/");
      if (in_multipart && !is_multipart) return i;
      in_multipart = is_multipart;
    }
    return fields.size();
  }

  void begin_without_boundary() {
    defects_.add("a part without a boundary line before it");
    open_.back().seen = true;
  }

  void begin_multipart(const std::string& type_value) {
    if (open_.size() >= static_cast<std::size_t>(limits_.depth)) {
      defects_.add("nested deeper than " + std::to_string(limits_.depth) +
                   ": what is inside was left as one attachment");
      return;
    }
    const StructuredValue type = parse_structured(type_value, limits_.parameters);
    if (type.cut) defects_.add("more than " + std::to_string(limits_.parameters) + " parameters: the rest was skipped");
    std::string boundary = type.get("boundary");
    boundary.erase(boundary.find_last_not_of(" \t") + 1);
    OpenMultipart multipart;
    multipart.whole_size = boundary.size();
    if (boundary.size() > limits_.boundary) {
      defects_.add("a boundary longer than " + std::to_string(limits_.boundary) + " bytes");
      boundary.resize(limits_.boundary);
    }
    multipart.boundary = std::move(boundary);
    multipart.key = boundary_key(multipart.boundary);
    multipart.body = pos_;
    multipart.digest = type.value == "multipart/digest";
    open_.push_back(std::move(multipart));
    leaf_open_ = false;
  }

  bool guess(OpenMultipart& multipart, std::size_t end) {
    const std::string_view found = guess_boundary(raw_, multipart.body, end, limits_.boundary);
    const std::string what =
        multipart.boundary.empty() ? "a multipart without a boundary" : "a multipart whose boundary does not occur";
    defects_.add(what + (found.empty() ? ": its body was read as text" : ": one was found in its body"));
    multipart.boundary = found;
    multipart.whole_size = found.size();
    multipart.key = boundary_key(found);
    return !found.empty();
  }

  // The innermost multipart ends without a boundary line of its own: looks for the one its parts really have, or makes
  // a text of it.
  bool retry_with_guess(const BoundaryLine& line) {
    if (leaf_open_ || open_.empty() || open_.back().seen) return false;
    const std::size_t level = open_.size() - 1;
    if (line.found && line.level == level) return false;
    if (guess(open_.back(), line.found ? line.start : raw_.size())) {
      open_.back().seen = true;
      pos_ = open_.back().body;
      return true;
    }
    leaf_open_ = true;
    leaf_ = open_.back().body;
    leaf_kind_ = BodyKind::text;
    open_.pop_back();
    return false;
  }

  void go_on_after(const BoundaryLine& line) {
    while (open_.size() > line.level + 1) end_multipart(line.start);
    auto& multipart = open_.back();
    pos_ = line.next;
    if (line.closing) {
      if (!multipart.seen) take_preamble(multipart, line.start);
      multipart.seen = multipart.closed = true;
      return;
    }
    if (multipart.closed) defects_.add("a part after the closing boundary");
    multipart.seen = true;
    multipart.closed = false;
    if (entities_ + 1 >= limits_.parts) return take_rest();
    begin_entity(pos_, multipart.digest);
  }

  // Closed before a part began: what stands there is no preamble, but all there is.
  void take_preamble(const OpenMultipart& multipart, std::size_t end) {
    end = before_line_end(multipart.body, end);
    const std::string_view preamble = raw_.substr(multipart.body, end - multipart.body);
    if (text::trim(preamble).empty() || entities_ + 1 >= limits_.parts) return;
    defects_.add("a multipart without parts: what stands in it was read as text");
    ++entities_;
    sink_.open(false);
    sink_.close({multipart.body, preamble.size(), BodyKind::text});
  }

  void take_rest() {
    defects_.add("more than " + std::to_string(limits_.parts) + " parts: the rest was left as one attachment");
    sink_.open(false);
    sink_.close({pos_, raw_.size() - pos_, BodyKind::rest});
    done_ = true;
  }

  [[nodiscard]] std::size_t before_line_end(std::size_t begin, std::size_t end) const {
    if (end > begin && raw_[end - 1] == '\n') --end;
    if (end > begin && raw_[end - 1] == '\r') --end;
    return end;
  }

  // The line end before a boundary belongs to the boundary.
  void end_leaf(std::size_t boundary) {
    if (!leaf_open_) return;
    const std::size_t end = boundary < raw_.size() ? before_line_end(leaf_, boundary) : boundary;
    sink_.close({leaf_, end - leaf_, leaf_kind_});
    leaf_open_ = false;
  }

  void end_multipart(std::size_t end) {
    if (!open_.back().closed) defects_.add("a multipart without its closing boundary");
    sink_.close({open_.back().body, end - open_.back().body, BodyKind::container});
    open_.pop_back();
  }

  std::string_view raw_;
  const ParseLimits& limits_;
  EntitySink& sink_;
  Defects& defects_;
  std::function<bool(std::size_t)> is_boundary_;
  std::vector<OpenMultipart> open_;
  std::size_t pos_ = 0;
  bool leaf_open_ = false;
  std::size_t leaf_ = 0;
  BodyKind leaf_kind_ = BodyKind::leaf;
  int entities_ = 0;
  bool done_ = false;
};

}  // namespace

std::size_t mail_start(std::string_view raw) noexcept {
  std::size_t pos = raw.starts_with("\xef\xbb\xbf") ? 3 : 0;
  while (pos < raw.size()) {
    const TextLine line = line_at(raw, pos);
    if (!is_mbox_line(line.content) && !text::trim(line.content).empty()) break;
    pos = line.next;
  }
  return pos;
}

void run_mime_engine(std::string_view raw, const ParseLimits& limits, bool header_only, EntitySink& sink,
                     Defects& defects) {
  MimeEngine(raw, limits, sink, defects).run(header_only);
}

}  // namespace poller
