// What an entity's header says about it, and what part it plays in the mail.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "model/mail.h"
#include "parsers/defects.h"
#include "parsers/mime_tree.h"
#include "parsers/parameters.h"

namespace poller {

enum class PartRole {
  container,
  plain,      // body, as text
  html,       // body, as HTML
  redundant,  // text within the HTML alternative of a text that is shown already
  attachment
};

struct MailPart {
  Part part;             // `parent` counts within its own tree
  StructuredValue type;  // parameters of Content-Type
  std::optional<std::string> content_id;
  BodyKind kind = BodyKind::leaf;
  PartRole role = PartRole::attachment;
  bool sole = false;  // of role html: no text/plain stands for it in a multipart/alternative
};

/// Reads types, names and encodings of all entities. `raw` is what the tree was read from.
std::vector<MailPart> describe_parts(std::string_view raw, std::vector<MimeEntity> tree, const ParseLimits& limits,
                                     Defects& defects);

/// Says which leaves are shown as body (RFC 2046 section 5.1, RFC 2387, RFC 2183; the rules of RFC 8621 section 4.1.4
/// where those leave it open): text/plain and text/html that are no attachment by their disposition; of
/// multipart/related only its root; a text with a file name only where it comes first and nothing else can be the body.
void assign_roles(std::vector<MailPart>& parts);

/// Whether a text begins as an HTML document does.
bool looks_like_html(std::string_view body);

}  // namespace poller
