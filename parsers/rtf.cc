#include "parsers/rtf.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "parsers/charset.h"
#include "parsers/code_page.h"
#include "parsers/rtf_tokens.h"

namespace poller {
namespace {

constexpr std::size_t kMaxRtfDepth = 500;  // groups beyond share the state of the last one
constexpr std::size_t kMaxRtfFonts = 2000;

struct RtfGroup {
  bool skip = false;      // a destination that is no text
  bool fonts = false;     // within \fonttbl
  bool html_tag = false;  // within {\*\htmltag …}: HTML as it stands
  bool rtf_only = false;  // between \htmlrtf and \htmlrtf0: what HTML readers do not see
  int uc = 1;             // characters that stand in for a \u
  unsigned code_page = 0;
};

bool is_textless_destination(std::string_view name) noexcept {
  static constexpr std::string_view names[] = {
      "colortbl", "stylesheet", "info",    "pict",      "header",    "headerl",    "headerr",   "headerf", "footer",
      "footerl",  "footerr",    "footerf", "themedata", "objdata",   "nonshppict", "listtable", "xe",      "tc",
      "template", "filetbl",    "revtbl",  "private",   "datafield", "fldinst",    "pnseclvl",  "ftnsep",  "bkmkstart",
  };
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

struct RtfCharacter {
  std::string_view word;
  std::string_view text;  // for plain text
  std::string_view html;
};

constexpr RtfCharacter kRtfCharacters[] = {
    {"par", "\n", "\r\n"},
    {"line", "\n", "\r\n"},
    {"sect", "\n", "\r\n"},
    {"page", "\n", "\r\n"},
    {"row", "\n", "\r\n"},
    {"cell", "\t", ""},
    {"nestcell", "\t", ""},
    {"nestrow", "\n", ""},
    {"tab", "\t", "\t"},
    {"emdash", "—", "—"},
    {"endash", "–", "–"},
    {"lquote", "‘", "‘"},
    {"rquote", "’", "’"},
    {"ldblquote", "“", "“"},
    {"rdblquote", "”", "”"},
    {"bullet", "•", "•"},
    {"emspace", "\u2003", "\u2003"},
    {"enspace", "\u2002", "\u2002"},
    {"zwj", "\u200d", "\u200d"},
    {"zwnj", "\u200c", "\u200c"},
};

class RtfReader {
 public:
  explicit RtfReader(std::string_view rtf) : tokens_(rtf) { groups_.emplace_back(); }

  RtfBody run() {
    for (RtfToken token = tokens_.next(); token.kind != RtfToken::end; token = tokens_.next()) handle(token);
    flush();
    RtfBody body;
    if (from_html_) {
      body.html = std::move(out_);
    } else {
      body.text = std::move(out_);
    }
    return body;
  }

 private:
  RtfGroup& group() noexcept { return groups_.back(); }

  void handle(const RtfToken& token) {
    switch (token.kind) {
      case RtfToken::open:
        open_group();
        break;
      case RtfToken::close:
        close_group();
        break;
      case RtfToken::word:
        handle_word(token);
        star_ = false;
        break;
      case RtfToken::symbol:
        handle_symbol(token.character);
        break;
      case RtfToken::byte:
      case RtfToken::literal:
        put_byte(token.character);
        break;
      case RtfToken::end:
        break;
    }
  }

  void open_group() {
    skip_next_ = 0;
    star_ = false;
    if (groups_.size() < kMaxRtfDepth) {
      groups_.push_back(group());
    } else {
      ++depth_beyond_;
    }
  }

  void close_group() {
    skip_next_ = 0;
    star_ = false;
    if (depth_beyond_ > 0) {
      --depth_beyond_;
    } else if (groups_.size() > 1) {
      groups_.pop_back();
    }
  }

  void handle_symbol(char c) {
    if (c == '*') {
      star_ = true;
      return;
    }
    if (c == '\\' || c == '{' || c == '}') put_byte(c);
    if (c == '~') put_text("\u00a0");
    if (c == '_') put_text("-");
    if (c == '\n' || c == '\r') put_text(from_html_ ? "\r\n" : "\n");
  }

  void handle_word(const RtfToken& token) {
    const std::string_view name = token.name;
    const int number = token.parameter.value_or(0);
    if (handle_destination(name) || handle_font(name, number)) return;
    if (name == "fromhtml") {
      from_html_ = number != 0;
    } else if (name == "htmlrtf") {
      group().rtf_only = token.parameter.value_or(1) != 0;
    } else if (name == "ansicpg") {
      ansi_ = number > 0 && number < 70000 && number / 10 != 120 ? static_cast<unsigned>(number) : 1252;  // not UTF-16
    } else if (name == "uc") {
      group().uc = std::clamp(number, 0, 16);
    } else if (name == "u") {
      put_unicode(number);
    } else {
      for (const RtfCharacter& known : kRtfCharacters) {
        if (known.word == name) put_text(from_html_ ? known.html : known.text);
      }
    }
  }

  // True when the word opened a destination.
  bool handle_destination(std::string_view name) {
    if (name == "htmltag") {
      group().html_tag = from_html_ && star_;
      group().skip = group().skip || !group().html_tag;
      return true;
    }
    if (name == "fonttbl") {
      group().fonts = true;
      return true;
    }
    if (!star_ && !is_textless_destination(name)) return false;
    group().skip = true;
    return true;
  }

  bool handle_font(std::string_view name, int number) {
    if (name == "f") {
      font_ = number;
      const auto known = fonts_.find(number);
      if (!group().fonts) set_code_page(known == fonts_.end() ? 0 : known->second);
    } else if (name == "fcharset" || name == "cpg") {
      const unsigned page =
          name == "cpg" ? static_cast<unsigned>(std::clamp(number, 0, 70000)) : code_page_of_font_charset(number);
      if (group().fonts && fonts_.size() < kMaxRtfFonts) fonts_[font_] = page;
    } else if (name == "deff") {
      default_font_ = number;
    } else if (name == "plain") {
      const auto known = fonts_.find(default_font_);
      set_code_page(known == fonts_.end() ? 0 : known->second);
    } else {
      return false;
    }
    return true;
  }

  void set_code_page(unsigned page) { group().code_page = page; }

  // Whether what comes now belongs to the result.
  bool is_shown() {
    const RtfGroup& now = group();
    return !now.skip && !now.fonts && (!from_html_ || now.html_tag || !now.rtf_only);
  }

  void put_byte(char c) {
    if (skip_next_ > 0) {
      --skip_next_;
      return;
    }
    surrogate_ = 0;
    if (!is_shown()) return;
    const unsigned page = group().html_tag || group().code_page == 0 ? ansi_ : group().code_page;
    if (page != run_page_ && !run_is_ascii_) flush();
    run_page_ = page;
    run_ += c;
    run_is_ascii_ = run_is_ascii_ && static_cast<unsigned char>(c) < 0x80;
  }

  void put_text(std::string_view s) {
    skip_next_ = 0;
    surrogate_ = 0;
    if (!is_shown()) return;
    flush();
    out_ += s;
  }

  void put_unicode(int number) {
    const auto unit = static_cast<char32_t>(number & 0xffff);
    skip_next_ = group().uc;
    if (!is_shown()) return;
    flush();
    if (unit >= 0xd800 && unit < 0xdc00) {
      surrogate_ = unit;
      return;
    }
    const bool is_low = unit >= 0xdc00 && unit < 0xe000;
    if (is_low && surrogate_ != 0) {
      text::append_utf8(out_, 0x10000 + ((surrogate_ - 0xd800) << 10) + (unit - 0xdc00));
    } else if (!is_low && unit != 0) {
      text::append_utf8(out_, unit);
    }
    surrogate_ = 0;
  }

  void flush() {
    if (run_is_ascii_) {
      out_ += run_;
    } else {
      out_ += to_utf8(run_, code_page_label(run_page_)).text;
    }
    run_.clear();
    run_is_ascii_ = true;
  }

  RtfTokenizer tokens_;
  std::vector<RtfGroup> groups_;
  std::size_t depth_beyond_ = 0;
  std::unordered_map<int, unsigned> fonts_;  // code pages by font number
  int font_ = 0;
  int default_font_ = 0;
  unsigned ansi_ = 1252;
  bool from_html_ = false;
  bool star_ = false;  // "\*": the next word opens a destination that may be unknown
  int skip_next_ = 0;
  char32_t surrogate_ = 0;
  std::string run_;  // bytes of one code page, not yet in out_
  unsigned run_page_ = 1252;
  bool run_is_ascii_ = true;
  std::string out_;
};

}  // namespace

RtfBody read_rtf(std::string_view rtf) { return RtfReader(rtf).run(); }

}  // namespace poller
