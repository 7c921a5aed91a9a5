#include "parsers/tnef_message.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/charset.h"
#include "parsers/code_page.h"
#include "parsers/mapi_properties.h"
#include "parsers/rtf.h"
#include "parsers/rtf_compressed.h"
#include "parsers/tnef_attributes.h"

namespace poller {
namespace {

// Property ids of [MS-OXPROPS].
constexpr std::uint16_t kSubject = 0x0037, kClientSubmitTime = 0x0039, kSenderName = 0x0c1a, kSenderEmail = 0x0c1f,
                        kSenderSmtp = 0x5d01, kDisplayCc = 0x0e03, kDisplayTo = 0x0e04, kBody = 0x1000,
                        kRtfCompressed = 0x1009, kHtml = 0x1013, kInternetMessageId = 0x1035,
                        kInternetCodePage = 0x3fde, kDisplayName = 0x3001, kAttachData = 0x3701,
                        kAttachExtension = 0x3703, kAttachName = 0x3704, kAttachMethod = 0x3705,
                        kAttachLongName = 0x3707, kAttachMimeTag = 0x370e, kAttachContentId = 0x3712;
constexpr std::uint16_t kObjectType = 0x000d;
constexpr std::uint32_t kEmbeddedMessage = 5;  // PR_ATTACH_METHOD
constexpr std::size_t kMaxTnefFiles = 2000;

using namespace std::string_view_literals;
constexpr std::string_view kIidMessage = "\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"sv;
constexpr std::string_view kIidStorage = "\x0b\x00\x00\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"sv;

class TnefReader {
 public:
  explicit TnefReader(std::size_t limit) : limit_(limit) {}

  TnefMessage run(TnefStream& stream) {
    while (const auto attribute = stream.next()) {
      if (attribute->of_attachment) {
        read_attachment(*attribute);
      } else {
        read_message(*attribute);
      }
    }
    message_.damaged = message_.damaged || stream.damaged();
    return std::move(message_);
  }

 private:
  void read_message(const TnefAttribute& attribute) {
    switch (attribute.id) {
      case TnefAttribute::oem_code_page:
        code_page_ = LittleEndian(attribute.data).u32();
        break;
      case TnefAttribute::subject:
        message_.subject = string8(attribute.data);
        break;
      case TnefAttribute::body:
        if (!message_.text) message_.text = string8(attribute.data.substr(0, limit_));
        break;
      case TnefAttribute::message_properties:
        read_message_properties(read_mapi_properties(attribute.data));
        break;
      default:
        break;
    }
  }

  std::string string8(std::string_view bytes) const {
    return to_utf8(bytes.substr(0, std::min(bytes.find('\0'), bytes.size())), code_page_label(code_page_)).text;
  }

  void read_message_properties(const MapiProperties& properties) {
    message_.damaged = message_.damaged || properties.damaged;
    const auto string = [&](std::uint16_t id) { return properties.text(id, code_page_).value_or(""); };
    if (std::string subject = string(kSubject); !subject.empty()) message_.subject = std::move(subject);
    message_.sender_name = string(kSenderName);
    message_.sender_address = string(kSenderSmtp);
    if (message_.sender_address.empty()) message_.sender_address = string(kSenderEmail);
    message_.to = string(kDisplayTo);
    message_.cc = string(kDisplayCc);
    message_.message_id = string(kInternetMessageId);
    if (const MapiProperty* time = properties.find(kClientSubmitTime); time != nullptr && time->value.size() == 8) {
      const std::uint64_t ticks = LittleEndian(time->value).u64();  // 100 ns since 1601
      const auto seconds = static_cast<std::int64_t>(ticks / 10'000'000) - 11'644'473'600;
      if (seconds >= 0 && seconds < 253'402'300'800) message_.sent_at = seconds;  // up to the year 9999
    }
    read_bodies(properties);
  }

  void read_bodies(const MapiProperties& properties) {
    const unsigned body_page = properties.number(kInternetCodePage).value_or(code_page_);
    const MapiProperty* const html = properties.find(kHtml);
    if (html != nullptr && html->value.size() <= limit_) message_.html = properties.text(kHtml, body_page);
    const MapiProperty* const plain = properties.find(kBody);
    if (plain != nullptr && plain->value.size() <= limit_) message_.text = properties.text(kBody, code_page_);
    const MapiProperty* const rtf = properties.find(kRtfCompressed);
    if (rtf == nullptr || (message_.html && !message_.html->empty())) return;
    const auto expanded = decompress_rtf(rtf->value, limit_);
    if (!expanded) return;
    RtfBody body = read_rtf(*expanded);
    if (body.html) message_.html = std::move(body.html);
    const bool has_text = message_.text && !text::trim(*message_.text).empty();
    if (!has_text && !text::trim(body.text).empty()) message_.text = std::move(body.text);
  }

  void read_attachment(const TnefAttribute& attribute) {
    const bool starts = attribute.id == TnefAttribute::attachment_start || message_.files.empty();
    if (starts && message_.files.size() >= kMaxTnefFiles) message_.damaged = true;
    if (starts && message_.files.size() < kMaxTnefFiles) message_.files.emplace_back();
    TnefFile& file = message_.files.back();
    switch (attribute.id) {
      case TnefAttribute::attachment_title:
        if (file.name.empty()) file.name = string8(attribute.data);
        break;
      case TnefAttribute::attachment_data:
        file.data = attribute.data;
        break;
      case TnefAttribute::attachment_properties:
        read_attachment_properties(read_mapi_properties(attribute.data), file);
        break;
      default:
        break;
    }
  }

  void read_attachment_properties(const MapiProperties& properties, TnefFile& file) {
    message_.damaged = message_.damaged || properties.damaged;
    const auto string = [&](std::uint16_t id) { return properties.text(id, code_page_).value_or(""); };
    std::string name = string(kAttachLongName);
    if (name.empty()) name = file.name;
    if (name.empty()) name = string(kAttachName);
    if (name.empty()) name = string(kDisplayName);
    file.name = std::move(name);
    if (file.name.find('.') == std::string::npos) file.name += string(kAttachExtension);
    file.content_type = text::to_lower(text::trim(string(kAttachMimeTag)));
    std::string content_id = string(kAttachContentId);
    if (content_id.starts_with('<') && content_id.ends_with('>'))
      content_id = content_id.substr(1, content_id.size() - 2);
    if (!content_id.empty()) file.content_id = std::move(content_id);
    const MapiProperty* const data = properties.find(kAttachData);
    if (data == nullptr) return;
    read_attached_object(*data, properties.number(kAttachMethod).value_or(0), file);
  }

  // An object's bytes begin with the interface it was saved by ([MS-OXTNEF] section 2.1.3.4.4).
  static void read_attached_object(const MapiProperty& data, std::uint32_t method, TnefFile& file) {
    std::string_view bytes = data.value;
    if (bytes.starts_with(kIidMessage)) {
      file.data = bytes.substr(kIidMessage.size());
      file.is_message = true;
    } else if (bytes.starts_with(kIidStorage)) {
      file.data = bytes.substr(kIidStorage.size());
      if (file.content_type.empty()) file.content_type = "application/vnd.ms-outlook";
    } else if (!bytes.empty() && (file.data.empty() || data.type == kObjectType)) {
      file.data = bytes;
      file.is_message = method == kEmbeddedMessage;
    }
  }

  std::size_t limit_;
  unsigned code_page_ = 1252;
  TnefMessage message_;
};

}  // namespace

std::optional<TnefMessage> read_tnef(std::string_view bytes, std::size_t limit) {
  TnefStream stream(bytes);
  if (!stream.is_tnef()) return std::nullopt;
  return TnefReader(limit).run(stream);
}

}  // namespace poller
