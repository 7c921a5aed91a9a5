#include "parsers/mbox.h"

#include "base/text.h"

namespace poller {
namespace {

constexpr std::string_view kMboxFrom = "From ";

struct MboxLine {
  std::string_view text;  // without its line end
  std::size_t begin = 0;
  std::size_t next = 0;
};

MboxLine mbox_line_at(std::string_view file, std::size_t begin) noexcept {
  const auto end = file.find('\n', begin);
  MboxLine line{file.substr(begin, end == std::string_view::npos ? end : end - begin), begin,
                end == std::string_view::npos ? file.size() : end + 1};
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  return line;
}

// "From someone Sat Jan  3 01:05:34 1996": a time of day and a year, however the writer arranged them.
bool has_time_and_year(std::string_view line) noexcept {
  bool time = false;
  bool year = false;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == ':' && text::is_digit(line[i - 1]) && i + 2 < line.size() && text::is_digit(line[i + 1]) &&
        text::is_digit(line[i + 2])) {
      time = true;
    }
    const bool starts_number = text::is_digit(line[i]) && !text::is_digit(line[i - 1]);
    if (starts_number && (line.substr(i, 2) == "19" || line.substr(i, 2) == "20") && i + 3 < line.size() &&
        text::is_digit(line[i + 2]) && text::is_digit(line[i + 3])) {
      year = true;
    }
  }
  return time && year;
}

bool looks_like_field(std::string_view line) noexcept {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  for (const char c : line.substr(0, colon)) {
    if (c <= ' ' || c == 0x7f) return false;
  }
  return true;
}

// A body line may begin with "From " too. Writers that quote nothing leave a blank line before the separator; those
// that leave none out put a header right after it.
bool is_separator(std::string_view file, const MboxLine& line, bool after_blank) noexcept {
  if (!line.text.starts_with(kMboxFrom) || !has_time_and_year(line.text)) return false;
  return after_blank || looks_like_field(mbox_line_at(file, line.next).text);
}

// The blank line before a separator is the file's, not the mail's.
std::string_view without_closing_blank_line(std::string_view mail) noexcept {
  if (mail.ends_with("\r\n\r\n")) {
    mail.remove_suffix(2);
  } else if (mail.ends_with("\n\n")) {
    mail.remove_suffix(1);
  }
  return mail;
}

}  // namespace

std::vector<std::string_view> split_mbox(std::string_view file) {
  std::vector<std::string_view> mails;
  std::size_t start = 0;
  while (start < file.size() && (file[start] == '\n' || file[start] == '\r')) ++start;
  bool after_blank = false;
  for (std::size_t pos = start; pos < file.size();) {
    const MboxLine line = mbox_line_at(file, pos);
    if (pos > start && is_separator(file, line, after_blank)) {
      mails.push_back(without_closing_blank_line(file.substr(start, pos - start)));
      start = pos;
    }
    after_blank = line.text.empty();
    pos = line.next;
  }
  if (start < file.size()) mails.push_back(without_closing_blank_line(file.substr(start)));
  return mails;
}

}  // namespace poller
