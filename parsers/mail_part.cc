#include "parsers/mail_part.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "parsers/base64.h"
#include "parsers/file_name.h"
#include "parsers/header_words.h"
#include "parsers/message_ids.h"
#include "parsers/transfer.h"

namespace poller {
namespace {

const std::string* field_value(const std::vector<Field>& fields, const char* name) {
  const Field* field = find_field(fields, name);
  return field == nullptr ? nullptr : &field->value;
}

bool is_type_syntax(std::string_view type) {
  const std::size_t slash = type.find('/');
  const auto token = [](char c) {
    return text::is_alnum(c) || std::string_view("!#$%&'*+-.^_`{|}~").find(c) != std::string_view::npos;
  };
  return slash != std::string_view::npos && slash > 0 && slash + 1 < type.size() && type.size() <= 127 &&
         std::all_of(type.begin(), type.begin() + static_cast<std::ptrdiff_t>(slash), token) &&
         std::all_of(type.begin() + static_cast<std::ptrdiff_t>(slash) + 1, type.end(), token);
}

// RFC 2045 section 5.2: what is no type is text; but a file is not.
std::string usable_type(const std::string& type, bool in_digest, bool has_name, Defects& defects) {
  const bool swapped = type == "plain/text" || type == "html/text";
  if (is_type_syntax(type) && !swapped) return type;
  if (!type.empty()) defects.add("a Content-Type that is none");
  if (type == "html" || type == "html/text") return "text/html";
  if (type.empty() && in_digest) return "message/rfc822";
  return has_name && type != "text" && !swapped ? "application/octet-stream" : "text/plain";
}

// A Content-Description is a name only where it looks like one.
bool looks_like_file_name(std::string_view s) {
  const std::size_t dot = s.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view extension = s.substr(dot + 1);
  return !extension.empty() && extension.size() <= 5 &&
         std::all_of(extension.begin(), extension.end(), [](char c) { return text::is_alnum(c); });
}

std::optional<std::string> file_name_of(const StructuredValue& type, const StructuredValue& disposition,
                                        const std::vector<Field>& fields) {
  for (const std::string* name :
       {disposition.find("filename"), type.find("name"), disposition.find("name"), type.find("filename")}) {
    if (name == nullptr || text::trim(*name).empty()) continue;
    if (auto safe = safe_file_name(*name)) return safe;
  }
  const std::string* description = field_value(fields, "Content-Description");
  if (description == nullptr) return std::nullopt;
  const std::string decoded = decode_words(*description);
  return looks_like_file_name(decoded) ? safe_file_name(decoded) : std::nullopt;
}

StructuredValue structured_field(const std::vector<Field>& fields, const char* name, const ParseLimits& limits,
                                 std::string_view hint, Defects& defects) {
  const std::string* value = field_value(fields, name);
  if (value == nullptr) return {};
  StructuredValue out = parse_structured(*value, limits.parameters, hint);
  if (out.cut) defects.add("more than " + std::to_string(limits.parameters) + " parameters: the rest was skipped");
  return out;
}

std::optional<std::string> content_id_of(const std::vector<Field>& fields) {
  const std::string* value = field_value(fields, "Content-ID");
  if (value == nullptr) return std::nullopt;
  auto ids = parse_message_ids(*value);
  if (!ids.empty()) return std::move(ids.front());
  const std::string_view bare = text::trim(*value);
  return bare.empty() ? std::nullopt : std::optional(text::to_valid_utf8(bare));
}

TransferEncoding encoding_of(const std::vector<Field>& fields, Defects& defects) {
  TransferEncoding encoding = TransferEncoding::identity;
  const std::string* value = field_value(fields, "Content-Transfer-Encoding");
  if (value != nullptr && !value->empty() && !parse_transfer_encoding(*value, encoding)) {
    defects.add("an unknown Content-Transfer-Encoding");
  }
  return encoding;
}

// The encoding that a leaf is really in: some programs label plain text as base64.
TransferEncoding real_encoding(std::string_view body, const Part& part, Defects& defects) {
  const bool is_text =
      text::istarts_with(part.content_type, "text/") || text::istarts_with(part.content_type, "message/");
  if (!is_text || part.body.encoding != TransferEncoding::base64 || looks_like_base64(body)) return part.body.encoding;
  defects.add("a text that is not in base64 although it says so");
  return TransferEncoding::identity;
}

MailPart describe_part(std::string_view raw, MimeEntity& entity, const ParseLimits& limits, std::string_view hint,
                       Defects& defects) {
  MailPart out;
  const auto& fields = entity.fields;
  out.kind = entity.body.kind;
  out.type = structured_field(fields, "Content-Type", limits, hint, defects);
  const StructuredValue disposition = structured_field(fields, "Content-Disposition", limits, hint, defects);
  out.content_id = content_id_of(fields);

  Part& part = out.part;
  part.parent = entity.parent;
  part.depth = entity.depth;
  part.leaf = out.kind != BodyKind::container;
  part.filename = file_name_of(out.type, disposition, fields);
  part.disposition = disposition.value;
  part.content_type = usable_type(out.type.value, entity.in_digest, part.filename.has_value(), defects);
  part.charset = out.type.get("charset");
  if (part.content_type == "multipart/report") part.report_type = text::to_lower(out.type.get("report-type"));
  part.body = {entity.body.offset, entity.body.length, TransferEncoding::identity, {}};
  if (part.leaf) part.body.encoding = encoding_of(fields, defects);
  if (out.kind == BodyKind::text) {
    part.content_type = looks_like_html(raw.substr(part.body.offset, part.body.length)) ? "text/html" : "text/plain";
  } else if (out.kind == BodyKind::rest) {
    part.content_type = "application/octet-stream";
  }
  if (out.kind == BodyKind::leaf && part.content_type == "text/plain" && !out.type.value.empty() &&
      !is_type_syntax(out.type.value) && looks_like_html(raw.substr(part.body.offset, part.body.length))) {
    part.content_type = "text/html";
  }
  part.body.encoding = real_encoding(raw.substr(part.body.offset, part.body.length), part, defects);
  part.fields = std::move(entity.fields);
  return out;
}

}  // namespace

bool looks_like_html(std::string_view body) {
  body = text::trim(body.substr(0, 1024));
  return text::istarts_with(body, "<html") || text::istarts_with(body, "<!doctype html");
}

std::vector<MailPart> describe_parts(std::string_view raw, std::vector<MimeEntity> tree, const ParseLimits& limits,
                                     Defects& defects) {
  std::vector<MailPart> out;
  out.reserve(tree.size());
  std::string hint;  // the first charset that a part names; for raw 8-bit file names
  for (auto& entity : tree) {
    out.push_back(describe_part(raw, entity, limits, hint, defects));
    if (hint.empty()) hint = out.back().part.charset;
  }
  return out;
}

}  // namespace poller
