// The body of a mail, put together from the parts that are shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "parsers/defects.h"
#include "parsers/mail_part.h"

namespace poller {

class BodyText {
 public:
  BodyText(const ParseLimits& limits, Defects& defects) : limits_(limits), defects_(defects) {}

  /// The decoded bytes of a part whose role is plain or html, in order.
  void add_plain(std::string_view bytes, const MailPart& part);
  void add_html(std::string_view bytes, const MailPart& part);
  /// What a winmail.dat holds as body: used where nothing else is.
  void add_fallback(std::optional<std::string> text, std::optional<std::string> html);

  /// What a person sees where that is more than the texts: texts and those HTML parts that no text stands for,
  /// rendered, in order. Before take_text().
  [[nodiscard]] std::optional<std::string> seen_text() const;
  /// All texts joined by line breaks; the HTML rendered where there is no text, or only blank ones. Once.
  std::string take_text();
  /// All HTML parts joined, or nothing. After take_text().
  std::optional<std::string> take_html();
  /// For take_text's rendering and for Content-IDs: the HTML so far.
  [[nodiscard]] const std::string& html() const { return html_; }

 private:
  struct Piece {
    std::size_t begin = 0;  // in plain_, or in html_
    std::size_t size = 0;
    bool is_html = false;
  };

  void add_piece(const std::string& all, std::size_t size, bool is_html);
  [[nodiscard]] std::string rendered_html() const;
  std::string converted(std::string_view bytes, const MailPart& part, bool is_html, std::size_t room);

  const ParseLimits& limits_;
  Defects& defects_;
  std::string plain_;
  std::string html_;
  std::vector<Piece> pieces_;  // in order: all texts, and HTML that no text stands for
  bool has_plain_ = false;
  bool has_html_ = false;
  std::optional<std::string> fallback_text_;
};

/// text/enriched and text/richtext (RFC 1896, 1341) without their commands.
std::string enriched_to_plain(std::string_view text);

}  // namespace poller
