#include "parsers/winmail.h"

#include "base/text.h"
#include "parsers/file_name.h"
#include "parsers/tnef_eml.h"
#include "parsers/tnef_message.h"

namespace poller {
namespace {

constexpr std::size_t kMaxWinmailBody = 8 * 1024 * 1024;

bool is_mime_type(std::string_view type) noexcept {
  const auto slash = type.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == type.size()) return false;
  for (const char c : type) {
    if (!text::is_alnum(c) && std::string_view("/.+-_!#$&^").find(c) == std::string_view::npos) return false;
  }
  return true;
}

WinmailFile to_winmail_file(const TnefFile& from, std::size_t limit) {
  WinmailFile file;
  file.name = from.name;
  file.content_id = from.content_id;
  file.content_type = from.content_type;
  if (from.is_message) {
    // Opened this once; a message within it stays a winmail.dat in the mail we make, and the viewer's.
    if (const auto message = read_tnef(from.data, std::min(limit, kMaxWinmailBody))) {
      file.bytes = compose_tnef_mail(*message, limit);
      file.content_type = "message/rfc822";
      if (file.name.empty()) file.name = message->subject;
      if (!file.name.empty() && !text::iends_with(file.name, ".eml")) file.name += ".eml";
      return file;
    }
  }
  file.bytes = std::string(from.data);
  if (!is_mime_type(file.content_type)) file.content_type = type_of_file_name(file.name);
  return file;
}

}  // namespace

std::optional<Winmail> open_winmail(std::string_view bytes, std::size_t limit) {
  auto message = read_tnef(bytes, std::min(limit, kMaxWinmailBody));
  if (!message) return std::nullopt;
  Winmail out;
  out.damaged = message->damaged;
  std::size_t used = 0;
  const auto fits = [&](std::size_t size) {
    if (size > limit - used) {
      out.damaged = true;
      return false;
    }
    used += size;
    return true;
  };
  if (message->html && fits(message->html->size())) out.html = std::move(message->html);
  if (message->text && fits(message->text->size())) out.text = std::move(message->text);
  for (const TnefFile& from : message->files) {
    if (from.data.size() > limit - used) {
      out.damaged = true;
      continue;
    }
    WinmailFile file = to_winmail_file(from, limit - used);
    if (fits(file.bytes.size())) out.files.push_back(std::move(file));
  }
  return out;
}

}  // namespace poller
