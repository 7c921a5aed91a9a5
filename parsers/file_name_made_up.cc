#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "parsers/file_name.h"

namespace poller {
namespace {

struct TypeExtension {
  std::string_view type;
  std::string_view extension;
};

// The first type of an extension is the one it stands for.
constexpr TypeExtension kTypeExtensions[] = {
    {"text/plain", "txt"},
    {"message/rfc822", "eml"},
    {"text/vcard", "vcf"},
    {"application/gzip", "gz"},
    {"application/javascript", "js.txt"},  // nothing that a double click would run
    {"application/json", "json"},
    {"application/msword", "doc"},
    {"application/ms-tnef", "dat"},
    {"application/octet-stream", "bin"},
    {"application/pdf", "pdf"},
    {"application/pgp-encrypted", "asc"},
    {"application/pgp-keys", "asc"},
    {"application/pgp-signature", "asc"},
    {"application/pkcs7-mime", "p7m"},
    {"application/pkcs7-signature", "p7s"},
    {"application/pkix-cert", "cer"},
    {"application/postscript", "ps"},
    {"application/rtf", "rtf"},
    {"application/vnd.ms-excel", "xls"},
    {"application/vnd.ms-outlook", "msg"},
    {"application/vnd.ms-powerpoint", "ppt"},
    {"application/vnd.ms-tnef", "dat"},
    {"application/vnd.oasis.opendocument.presentation", "odp"},
    {"application/vnd.oasis.opendocument.spreadsheet", "ods"},
    {"application/vnd.oasis.opendocument.text", "odt"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/x-7z-compressed", "7z"},
    {"application/x-gzip", "gz"},
    {"application/x-pkcs7-mime", "p7m"},
    {"application/x-pkcs7-signature", "p7s"},
    {"application/x-rar-compressed", "rar"},
    {"application/x-tar", "tar"},
    {"application/x-zip-compressed", "zip"},
    {"application/xml", "xml"},
    {"application/zip", "zip"},
    {"audio/aac", "aac"},
    {"audio/amr", "amr"},
    {"audio/mp4", "m4a"},
    {"audio/mpeg", "mp3"},
    {"audio/ogg", "ogg"},
    {"audio/wav", "wav"},
    {"audio/x-wav", "wav"},
    {"image/bmp", "bmp"},
    {"image/gif", "gif"},
    {"image/heic", "heic"},
    {"image/jpeg", "jpg"},
    {"image/jpg", "jpg"},
    {"image/pjpeg", "jpg"},
    {"image/png", "png"},
    {"image/svg+xml", "svg"},
    {"image/tiff", "tif"},
    {"image/webp", "webp"},
    {"message/delivery-status", "txt"},
    {"message/disposition-notification", "txt"},
    {"message/feedback-report", "txt"},
    {"message/global", "eml"},
    {"message/global-delivery-status", "txt"},
    {"message/global-headers", "txt"},
    {"text/calendar", "ics"},
    {"text/css", "css"},
    {"text/csv", "csv"},
    {"text/directory", "vcf"},
    {"text/html", "html"},
    {"text/rfc822-headers", "txt"},
    {"text/rtf", "rtf"},
    {"text/x-amp-html", "html"},
    {"text/x-vcalendar", "ics"},
    {"text/x-vcard", "vcf"},
    {"text/xml", "xml"},
    {"video/3gpp", "3gp"},
    {"video/mp4", "mp4"},
    {"video/mpeg", "mpg"},
    {"video/quicktime", "mov"},
};

}  // namespace

std::string made_up_file_name(std::string_view content_type, int number) {
  const std::string type = text::to_lower(text::trim(content_type.substr(0, content_type.find(';'))));
  const auto* const found = std::find_if(std::begin(kTypeExtensions), std::end(kTypeExtensions),
                                         [&](const TypeExtension& entry) { return entry.type == type; });
  std::string_view extension = "bin";
  if (found != std::end(kTypeExtensions)) {
    extension = found->extension;
  } else if (type.starts_with("text/")) {
    extension = "txt";
  }
  return "attachment-" + std::to_string(number) + "." + std::string(extension);
}

std::string type_of_file_name(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  const std::string extension = dot == std::string_view::npos ? "" : text::to_lower(file_name.substr(dot + 1));
  const auto* const found = std::find_if(std::begin(kTypeExtensions), std::end(kTypeExtensions),
                                         [&](const TypeExtension& entry) { return entry.extension == extension; });
  return found == std::end(kTypeExtensions) || extension == "dat" ? "application/octet-stream"
                                                                  : std::string(found->type);
}

}  // namespace poller
