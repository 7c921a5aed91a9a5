// HTML cut into text, start tags and end tags: one pass, no tree, no copies. What a browser would show is what comes;
// comments (also Outlook's conditional ones), doctypes and processing instructions do not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct HtmlAttribute {
  std::string_view name;   // as it stands
  std::string_view value;  // entities not yet decoded
};

struct HtmlToken {
  enum class Kind { text, start_tag, end_tag } kind = Kind::text;
  std::string_view text;  // text: entities not yet decoded; tags: the whole tag as it stands
  bool raw = false;       // text that holds no entities (style, script, CDATA)
  std::string name;       // tags: lower case, cut at 64 bytes
  std::vector<HtmlAttribute> attributes;

  /// The decoded value of the first attribute of that lower-case name, or empty.
  [[nodiscard]] std::string attribute(std::string_view name) const;
  [[nodiscard]] bool has_attribute(std::string_view name) const;
};

class HtmlTokenizer {
 public:
  explicit HtmlTokenizer(std::string_view html) : html_(html) {}

  /// False at the end. The views in `token` point into the HTML.
  bool next(HtmlToken& token);

 private:
  bool read_markup(HtmlToken& token);
  bool read_tag(HtmlToken& token, std::size_t name_at);
  std::size_t read_attributes(std::size_t at, HtmlToken& token);
  std::size_t read_attribute(std::size_t at, HtmlToken& token);
  void skip_comment();
  bool read_cdata(HtmlToken& token);
  void skip_to_gt(std::size_t from);
  bool open_raw_text(std::string_view name);
  void read_raw_text(HtmlToken& token);
  std::size_t find_end_tag(std::string_view name, std::size_t from) const;

  std::string_view html_;
  std::size_t pos_ = 0;
  bool in_raw_text_ = false;          // right behind the start tag of style, script and the like
  bool raw_ = false;                  // whose content holds no entities
  std::size_t raw_end_ = 0;           // where the end tag is
  bool quotes_unbalanced_ = false;    // a tag ran to the end of the input: quotes count no more from here on
  bool no_comment_end_ = false;       // no "-->" lies ahead
  bool no_cdata_end_ = false;         // no "]]>" lies ahead
  std::vector<std::string> endless_;  // raw-text elements without an end tag ahead
};

}  // namespace poller
