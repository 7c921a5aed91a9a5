// Texts with named values, "{{number}}", for automatic answers.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace poller::outbound {

/// Values by name; what each holds may come from a stranger.
using TemplateValues = std::map<std::string, std::string, std::less<>>;

struct RenderedAnswer {
  std::string text;
  std::string html;  // empty: none
};

/// The template's files and its variants by queue and language: beside `new-ticket.txt` may stand
/// `new-ticket.QUEUE.txt`, `new-ticket.LANGUAGE.txt` and `new-ticket.QUEUE.LANGUAGE.txt` ("de"). The nearest one is
/// taken.
class AnswerTemplate {
 public:
  AnswerTemplate() = default;
  /// Reads the files. Throws Error(configuration) for one that cannot be read, and for a name that is not known.
  AnswerTemplate(const config::Template& files, const char* key);

  [[nodiscard]] bool enabled() const { return enabled_; }
  [[nodiscard]] RenderedAnswer render(const std::string& queue, const std::string& language,
                                      const TemplateValues& values) const;

 private:
  bool enabled_ = false;
  std::map<std::string, std::string> text_, html_;  // by variant, "" the plain one
};

/// `text` with each "{{name}}" replaced. With `html` the values are escaped. Names are replaced once: a value that
/// holds "{{number}}" stays as it is.
std::string fill_in(std::string_view text, const TemplateValues& values, bool html);

}  // namespace poller::outbound
