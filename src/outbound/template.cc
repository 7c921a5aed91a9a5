#include "outbound/template.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/text.h"
#include "outbound/html.h"

namespace poller::outbound {
namespace {

constexpr std::size_t kTemplateBytes = 1'000'000;

struct Mark {
  std::size_t start = std::string_view::npos;
  std::size_t end = 0;
  std::string_view name;
};

Mark next_mark(std::string_view text, std::size_t from) {
  Mark mark;
  mark.start = text.find("{{", from);
  if (mark.start == std::string_view::npos) return mark;
  const auto close = text.find("}}", mark.start);
  if (close == std::string_view::npos) {
    mark.start = close;
    return mark;
  }
  mark.name = text::trim(text.substr(mark.start + 2, close - mark.start - 2));
  mark.end = close + 2;
  return mark;
}

// "de" of new-ticket.de.txt beside new-ticket.txt; false when the file is no variant.
bool variant_of(const std::filesystem::path& base, const std::filesystem::path& file, std::string& variant) {
  const std::string stem = base.stem().string();
  const std::string other = file.stem().string();
  if (file.extension() != base.extension() || !other.starts_with(stem + ".")) return false;
  variant = text::to_lower(other.substr(stem.size() + 1));
  return !variant.empty();
}

// Before anybody gets "Dear {{requster_name}}".
void check_names(const std::string& text, const std::filesystem::path& file, const std::string& key) {
  static const std::vector<std::string> kNames = {"number", "subject", "requester_name", "queue", "created_at",
                                                  "text",   "mark"};
  const auto line_of = [&](std::size_t at) {
    return std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
  };
  std::size_t read = 0;
  for (Mark mark = next_mark(text, 0); mark.start != std::string_view::npos; mark = next_mark(text, mark.end)) {
    read = mark.end;
    const std::string name(mark.name);
    if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) continue;
    const auto line = line_of(mark.start);
    const std::string near = text::nearest(name, kNames);
    throw Error(ErrorKind::configuration,
                fmt::format("{}:{}: {}: the unknown name {{{{{}}}}}", file.string(), line, key,
                            text::escape_controls(text::utf8_prefix(name, 60))),
                fmt::format("Known are number, subject, requester_name, queue, created_at, text and mark{}.",
                            near.empty() ? "" : "; did you mean " + near + "?"));
  }
  if (const auto open = text.find("{{", read); open != std::string::npos) {
    throw Error(ErrorKind::configuration,
                fmt::format("{}:{}: {}: \"{{{{\" without \"}}}}\"", file.string(), line_of(open), key),
                "A value is written as {{number}}.");
  }
}

std::map<std::string, std::string> read_variants(const std::filesystem::path& base, const std::string& key) {
  std::map<std::string, std::string> out;
  if (base.empty()) return out;
  try {
    out[""] = text::to_valid_utf8(read_file(base, kTemplateBytes));
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator(base.parent_path(), ec)) {
      std::string variant;
      if (variant_of(base, entry.path(), variant))
        out[variant] = text::to_valid_utf8(read_file(entry.path(), kTemplateBytes));
    }
  } catch (const Error& error) {
    throw Error(ErrorKind::configuration, fmt::format("{} cannot be read: {}", key, error.what()));
  }
  for (const auto& [variant, text] : out) {
    auto file = base;
    if (!variant.empty()) file.replace_filename(base.stem().string() + "." + variant + base.extension().string());
    check_names(text, file, key);
  }
  return out;
}

// The name of the variant that fits best.
std::string nearest_variant(const std::map<std::string, std::string>& variants, const std::string& queue,
                            const std::string& language) {
  const std::string q = text::to_lower(queue);
  const std::string l = text::to_lower(language);
  for (const std::string& key : {fmt::format("{}.{}", q, l), q, l}) {
    if (variants.count(key) != 0) return key;
  }
  return {};
}

}  // namespace

std::string fill_in(std::string_view text, const TemplateValues& values, bool html) {
  std::string out;
  std::size_t at = 0;
  for (Mark mark = next_mark(text, 0); mark.start != std::string_view::npos; mark = next_mark(text, mark.end)) {
    out += text.substr(at, mark.start - at);
    const auto it = values.find(mark.name);
    if (it != values.end()) out += html ? html_from_text(it->second) : it->second;
    at = mark.end;
  }
  out += text.substr(at);
  return out;
}

AnswerTemplate::AnswerTemplate(const config::Template& files, const char* key) : enabled_(files.enabled) {
  if (!enabled_) return;
  text_ = read_variants(files.text, fmt::format("{}.text", key));
  html_ = read_variants(files.html, fmt::format("{}.html", key));
}

RenderedAnswer AnswerTemplate::render(const std::string& queue, const std::string& language,
                                      const TemplateValues& values) const {
  RenderedAnswer out;
  const std::string variant = nearest_variant(text_.empty() ? html_ : text_, queue, language);
  if (const auto text = text_.find(variant); text != text_.end()) out.text = fill_in(text->second, values, false);
  // In another language, or of another queue, it would say something else than the text beside it.
  if (const auto html = html_.find(variant); html != html_.end()) out.html = fill_in(html->second, values, true);
  return out;
}

}  // namespace poller::outbound
