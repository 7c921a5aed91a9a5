#include "parsers/html_render.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "parsers/html_entities.h"
#include "parsers/html_link.h"
#include "parsers/html_look.h"
#include "parsers/html_style.h"
#include "parsers/html_tags.h"
#include "parsers/html_text.h"
#include "parsers/html_tokenizer.h"
#include "parsers/text_canvas.h"

namespace poller {

namespace {

constexpr std::size_t kMaxOpenElements = 256;  // deeper ones are read as if they were not there
constexpr std::size_t kMaxMarks = 1000;
constexpr std::string_view kRule = "________________________________";  // as Outlook writes <hr> in plain text

struct OpenElement {
  std::uint32_t name = 0;  // hash
  HtmlTag tag = HtmlTag::unknown;
  bool hides = false;
  bool silent = false;  // opened in hidden text: lays out nothing
  bool tiny_font = false;
  bool preformatted = false;
  int breaks_after = 0;
  int mark = -1;
};

std::uint32_t name_hash(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

bool is_inline(HtmlTag tag) { return !is_block(tag) && tag != HtmlTag::select; }
bool is_list(HtmlTag tag) { return tag == HtmlTag::ul || tag == HtmlTag::ol; }
bool is_cell(HtmlTag tag) { return tag == HtmlTag::td || tag == HtmlTag::th; }
/// td and th, dt and dd close one another.
bool has_twin(HtmlTag tag) { return is_cell(tag) || tag == HtmlTag::dt || tag == HtmlTag::dd; }
std::size_t index_of(HtmlTag tag) { return static_cast<std::size_t>(tag); }
bool is_table_part(HtmlTag tag) {
  return is_cell(tag) || tag == HtmlTag::tr || tag == HtmlTag::tbody || tag == HtmlTag::table ||
         tag == HtmlTag::caption;
}

int list_number(const HtmlToken& token, std::string_view attribute, int otherwise) {
  auto start = static_cast<std::uint64_t>(otherwise);
  text::parse_uint(token.attribute(attribute), start);
  return static_cast<int>(std::clamp<std::uint64_t>(start, 1, 1'000'000'000));
}

class Renderer {
 public:
  HtmlRendering run(std::string_view html);

 private:
  void on_text(const HtmlToken& token);
  void on_start(const HtmlToken& token);
  void on_end(const HtmlToken& token);

  void on_void(HtmlTag tag, const HtmlToken& token, const HtmlLook& look);
  void open(HtmlTag tag, const HtmlToken& token, const HtmlLook& look);
  void lay_out_open(OpenElement& element, const HtmlToken& token, const HtmlLook& look);
  void lay_out_close(const OpenElement& element);
  void close_implied(HtmlTag tag);
  bool closes_implicitly(HtmlTag open, HtmlTag starting) const;
  void close_at(std::size_t index);
  void close_from(std::size_t index);
  void begin_link(const HtmlToken& token);
  void end_link();
  void write_image(const HtmlToken& token, const HtmlLook& look);
  std::string item_mark();
  bool is_hidden(HtmlTag tag, const HtmlLook& look) const;
  int open_mark(const HtmlToken& token, const HtmlLook& look);

  TextCanvas canvas_;
  HtmlStyleSheet sheet_;
  std::vector<OpenElement> stack_;
  std::array<std::uint32_t, 256> open_names_{};  // how many open elements there are by the low byte of their hash
  std::array<std::uint32_t, 64> open_tags_{};    // and by what they are
  std::vector<HtmlMark> marks_;
  int hidden_ = 0;
  int open_marks_ = 0;
  std::vector<int> lists_;  // open ones: the next item's number, 0 for bullets
  bool in_link_ = false;
  std::string href_;
  std::size_t link_begin_ = 0;
  std::string decoded_;  // reused
};

HtmlRendering Renderer::run(std::string_view html) {
  HtmlTokenizer tokenizer(html);
  HtmlToken token;
  while (tokenizer.next(token)) {
    if (token.kind == HtmlToken::Kind::text)
      on_text(token);
    else if (token.kind == HtmlToken::Kind::start_tag)
      on_start(token);
    else
      on_end(token);
  }
  close_from(0);
  return {canvas_.finish(), std::move(marks_)};
}

void Renderer::on_text(const HtmlToken& token) {
  if (!stack_.empty() && stack_.back().tag == HtmlTag::style) return sheet_.read(token.text);
  if (hidden_ > 0 || (!stack_.empty() && stack_.back().tiny_font)) return;
  const bool preformatted = !stack_.empty() && stack_.back().preformatted;
  if (token.raw || token.text.find('&') == std::string_view::npos) return canvas_.write(token.text, preformatted);
  decoded_.clear();
  std::size_t pos = 0;
  while (pos < token.text.size()) {
    const std::size_t amp = std::min(token.text.find('&', pos), token.text.size());
    decoded_ += token.text.substr(pos, amp - pos);
    pos = amp;
    if (pos < token.text.size()) decode_entity(token.text, pos, decoded_);
  }
  canvas_.write(decoded_, preformatted);
}

/// "<john@example.com>" and "<https://example.com>" that somebody forgot to escape.
bool is_bare_address(std::string_view name) {
  return name.find('@') != std::string_view::npos || name == "http:" || name == "https:" || name == "mailto:";
}

void Renderer::on_start(const HtmlToken& token) {
  const HtmlTag tag = html_tag(token.name);
  if (tag == HtmlTag::unknown && is_bare_address(token.name)) {
    if (hidden_ == 0) canvas_.write(token.text);
    return;
  }
  if (tag == HtmlTag::body || tag == HtmlTag::html) return;
  const HtmlLook look(token);
  if (is_void(tag)) return on_void(tag, token, look);
  close_implied(tag);
  open(tag, token, look);
}

void Renderer::on_end(const HtmlToken& token) {
  const HtmlTag tag = html_tag(token.name);
  if (tag == HtmlTag::br && hidden_ == 0) return canvas_.line_break();
  const std::uint32_t name = name_hash(token.name);
  if (open_names_[name & 0xFF] == 0) return;
  bool block_above = false;
  for (std::size_t i = stack_.size(); i-- > 0;) {
    const OpenElement& element = stack_[i];
    if (element.name == name) return is_inline(tag) && block_above ? close_at(i) : close_from(i);
    if (is_scope(element.tag) && (!is_table_part(tag) || element.tag == HtmlTag::table)) return;
    block_above = block_above || is_block(element.tag);
  }
}

bool Renderer::is_hidden(HtmlTag tag, const HtmlLook& look) const {
  if (look.hidden || look.style.hidden || tag == HtmlTag::dropped || tag == HtmlTag::style) return true;
  const bool none = look.style.no_display == true;
  const bool shown = look.style.no_display == false;
  switch (sheet_.display_of(look.element, look.classes, look.id)) {
    case HtmlStyleSheet::Display::none:
      return !shown;
    case HtmlStyleSheet::Display::certainly_none:
      return !shown || !look.style.important_display;
    default:
      return none;
  }
}

void Renderer::on_void(HtmlTag tag, const HtmlToken& token, const HtmlLook& look) {
  if (hidden_ > 0 || is_hidden(tag, look)) {
    return;
  }
  if (tag == HtmlTag::br) canvas_.line_break();
  if (tag == HtmlTag::img) write_image(token, look);
  if (tag == HtmlTag::hr) {
    canvas_.block(1);
    canvas_.write(kRule);
    canvas_.block(1);
  }
  // A mark on an element without content (<hr id="appendonsend">) still says where it is.
  const int mark = open_mark(token, look);
  if (mark >= 0) {
    marks_[static_cast<std::size_t>(mark)].end = canvas_.size();
    --open_marks_;
  }
}

void Renderer::open(HtmlTag tag, const HtmlToken& token, const HtmlLook& look) {
  if (stack_.size() >= kMaxOpenElements) {
    if (hidden_ == 0 && is_block(tag)) canvas_.block(1);
    return;
  }
  if (tag == HtmlTag::unknown && token.text.size() > 1 && token.text[token.text.size() - 2] == '/') return;
  OpenElement element;
  element.name = name_hash(token.name);
  element.tag = tag;
  if (!stack_.empty()) {
    element.tiny_font = stack_.back().tiny_font;
    element.preformatted = stack_.back().preformatted;
  }
  element.tiny_font = look.style.tiny_font.value_or(element.tiny_font && tag != HtmlTag::table);
  element.preformatted = look.style.preformatted.value_or(tag == HtmlTag::pre || element.preformatted);
  element.hides = is_hidden(tag, look);
  element.silent = hidden_ > 0 || element.hides;
  if (element.hides) ++hidden_;
  if (!element.silent) lay_out_open(element, token, look);
  ++open_names_[element.name & 0xFF];
  ++open_tags_[index_of(tag)];
  stack_.push_back(element);
}

void Renderer::lay_out_open(OpenElement& element, const HtmlToken& token, const HtmlLook& look) {
  const HtmlTag tag = element.tag;
  const bool wide = tag == HtmlTag::p || tag == HtmlTag::heading || tag == HtmlTag::blockquote || tag == HtmlTag::pre ||
                    tag == HtmlTag::dl || (is_list(tag) && lists_.empty());
  const bool word = text::istarts_with(look.classes, "Mso");  // Word's own styles have no margins
  const bool tight = word || (tag == HtmlTag::p && sheet_.tight_paragraphs());
  const bool block = is_block(tag) || look.style.block;
  if (block) element.breaks_after = wide && !tight && !look.style.no_margin_below ? 2 : 1;
  if (tag == HtmlTag::table) {
    const std::string border = token.attribute("border");
    canvas_.open_table(!border.empty() && border != "0");
  } else if (tag == HtmlTag::tr) {
    canvas_.open_row();
  } else if (is_cell(tag)) {
    if (tag == HtmlTag::th) canvas_.set_data_table();
    canvas_.open_cell();
  } else if (block) {
    canvas_.block(wide && !tight && !look.style.no_margin_above ? 2 : 1);
  }
  element.mark = open_mark(token, look);
  if (tag == HtmlTag::blockquote) canvas_.open_quote();
  if (tag == HtmlTag::li && !lists_.empty() && lists_.back() > 0)
    lists_.back() = list_number(token, "value", lists_.back());
  if (tag == HtmlTag::li) canvas_.open_item(item_mark());
  if (tag == HtmlTag::a) begin_link(token);
  if (is_list(tag)) lists_.push_back(tag == HtmlTag::ol ? list_number(token, "start", 1) : 0);
}

void Renderer::lay_out_close(const OpenElement& element) {
  if (element.tag == HtmlTag::a) end_link();
  if (element.mark >= 0) {
    marks_[static_cast<std::size_t>(element.mark)].end = canvas_.size();
    --open_marks_;
  }
  if (is_list(element.tag)) lists_.pop_back();
  if (element.tag == HtmlTag::li) canvas_.close_item();
  if (element.tag == HtmlTag::table)
    canvas_.close_table();
  else if (element.tag == HtmlTag::tr)
    canvas_.close_row();
  else if (is_cell(element.tag))
    canvas_.close_cell();
  else if (element.breaks_after > 0)
    canvas_.block(element.breaks_after);
  if (element.tag == HtmlTag::blockquote) canvas_.close_quote();
}

std::string Renderer::item_mark() {
  if (lists_.empty() || lists_.back() == 0) return "- ";
  return std::to_string(lists_.back()++) + ". ";
}

/// Whether `starting` ends an open element although its end tag is missing.
bool Renderer::closes_implicitly(HtmlTag open, HtmlTag starting) const {
  switch (starting) {
    case HtmlTag::li:
      return open == HtmlTag::li;
    case HtmlTag::dt:
    case HtmlTag::dd:
      return open == HtmlTag::dt || open == HtmlTag::dd;
    case HtmlTag::td:
    case HtmlTag::th:
      return is_cell(open);
    case HtmlTag::tr:
      return open == HtmlTag::tr;
    case HtmlTag::tbody:
      return open == HtmlTag::tbody;
    case HtmlTag::option:
      return open == HtmlTag::option;
    case HtmlTag::a:
      return open == HtmlTag::a;
    default:
      return open == HtmlTag::p && is_block(starting);
  }
}

void Renderer::close_implied(HtmlTag tag) {
  if (is_inline(tag) && tag != HtmlTag::a) return;
  const bool table_or_list = tag == HtmlTag::li || tag == HtmlTag::dt || tag == HtmlTag::dd || tag == HtmlTag::option ||
                             tag == HtmlTag::a || (is_table_part(tag) && tag != HtmlTag::table);
  if (open_tags_[index_of(table_or_list ? tag : HtmlTag::p)] == 0 && !has_twin(tag)) return;
  for (std::size_t i = stack_.size(); i-- > 0;) {
    const HtmlTag open = stack_[i].tag;
    if (closes_implicitly(open, tag)) return tag == HtmlTag::a ? close_at(i) : close_from(i);
    if (open == HtmlTag::table || is_list(open) || open == HtmlTag::blockquote) return;
    const bool passes = is_inline(open) || open == HtmlTag::p || open == HtmlTag::div ||
                        (is_table_part(tag) && is_table_part(open)) || (is_table_part(tag) && is_block(open));
    if (!passes || (tag != HtmlTag::a && is_block(tag) && !is_table_part(tag) && tag != HtmlTag::li &&
                    tag != HtmlTag::dt && tag != HtmlTag::dd && !is_inline(open)))
      return;
  }
}

void Renderer::close_at(std::size_t index) {
  const OpenElement element = stack_[index];
  stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(index));
  --open_names_[element.name & 0xFF];
  --open_tags_[index_of(element.tag)];
  if (element.hides) --hidden_;
  if (!element.silent) lay_out_close(element);
}

void Renderer::close_from(std::size_t index) {
  while (stack_.size() > index) close_at(stack_.size() - 1);
}

void Renderer::begin_link(const HtmlToken& token) {
  href_ = token.attribute("href");
  in_link_ = !href_.empty();
  link_begin_ = canvas_.size();
}

void Renderer::end_link() {
  if (!in_link_) return;
  in_link_ = false;
  const std::string_view shown = text::trim(canvas_.text().substr(link_begin_));
  if (shown.empty()) return;
  const std::string address = shown_link_address(href_, shown);
  if (!address.empty()) canvas_.append_inline(" <" + address + ">");
}

void Renderer::write_image(const HtmlToken& token, const HtmlLook& look) {
  std::uint64_t pixels = 0;
  for (const std::string_view side : {"width", "height"})
    if (text::parse_uint(token.attribute(side), pixels) && pixels <= 1) return;
  if (look.style.pixel) return;
  canvas_.write(token.attribute("alt"));
}

int Renderer::open_mark(const HtmlToken& token, const HtmlLook& look) {
  const HtmlMark::Kind kind = look.mark_of(token.name);
  if (kind == HtmlMark::Kind::none || marks_.size() >= kMaxMarks) return -1;
  marks_.push_back({kind, canvas_.size(), canvas_.size(), open_marks_++});
  return static_cast<int>(marks_.size()) - 1;
}

}  // namespace

bool has_html_marks(std::string_view html) {
  HtmlTokenizer tokenizer(html);
  HtmlToken token;
  while (tokenizer.next(token)) {
    if (token.kind != HtmlToken::Kind::start_tag || (token.attributes.empty() && token.name != "blockquote")) continue;
    HtmlNamed naming;
    for (const HtmlAttribute& a : token.attributes) naming.take(a);
    if (naming.mark_of(token.name) != HtmlMark::Kind::none) return true;
  }
  return false;
}

HtmlRendering render_html(std::string_view html) { return Renderer().run(html); }

std::string html_to_text(std::string_view html) { return render_html(html).text; }

}  // namespace poller
