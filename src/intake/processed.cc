#include "intake/processed.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "intake/identity.h"
#include "parsers/classify.h"
#include "parsers/dates.h"
#include "parsers/mime.h"

namespace poller {
namespace {

// RFC 5321 section 4.4: the date stands behind the last semicolon of a Received field.
std::optional<UnixTime> topmost_received(const Mail& mail) {
  const Field* field = find_field(mail.fields, "Received");
  if (field == nullptr) return std::nullopt;
  const std::size_t semicolon = field->value.rfind(';');
  if (semicolon == std::string::npos) return std::nullopt;
  return parse_mail_date(std::string_view(field->value).substr(semicolon + 1));
}

UnixTime arrival(const RawMail& raw, const Mail& mail, UnixTime now) {
  if (raw.received_at) return *raw.received_at;
  if (const auto received = topmost_received(mail)) return std::min(*received, now);
  if (mail.date) return std::min(*mail.date, now);
  return now;
}

// Exchange puts this in place of a mail that it cannot render (for now): it is not what the customer wrote.
bool is_exchange_stub(const Mail& mail) {
  static constexpr std::string_view kPrefix = "Retrieval using the ";
  return mail.from && text::istarts_with(mail.from->name, "Microsoft Exchange Server") &&
         text::istarts_with(mail.subject, kPrefix) &&
         text::icontains(mail.subject, "protocol failed for the following message");
}

std::optional<std::string> reason_for_quarantine(const RawMail& raw, const Mail& mail, std::uint64_t max_size) {
  const std::uint64_t size = std::max<std::uint64_t>(raw.announced_size, raw.bytes.size());
  if (!raw.complete) return fmt::format("too large: {} bytes announced, max_size is {}", size, max_size);
  if (max_size != 0 && raw.bytes.size() > max_size) {
    return fmt::format("too large: {} bytes, max_size is {}", raw.bytes.size(), max_size);
  }
  if (is_exchange_stub(mail)) return std::string("the server could not render this mail (Exchange stub message)");
  return std::nullopt;
}

}  // namespace

Processed process_mail(RawMail&& raw, const ProcessOptions& options) {
  Processed out;
  out.mail = parse_mail(raw.bytes, {}, !raw.complete, std::move(raw.sha256));
  out.verdict = classify(out.mail, raw.bytes);
  out.identity = identity_of(out.mail);
  out.received_at = arrival(raw, out.mail, options.now);
  out.before_start = options.not_before && out.received_at < *options.not_before;
  out.is_stub = is_exchange_stub(out.mail);
  out.quarantine_reason = reason_for_quarantine(raw, out.mail, options.max_size);
  if (raw.announced_size == 0) raw.announced_size = raw.bytes.size();
  out.packed = pack_raw(std::move(raw.bytes), out.mail.sha256);
  raw.bytes.clear();
  out.raw = std::move(raw);
  return out;
}

}  // namespace poller
