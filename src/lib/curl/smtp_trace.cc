#include "lib/curl/smtp_trace.h"

#include <fmt/format.h>

#include "base/text.h"

namespace poller {

void SmtpTrace::begin(const Secret& secret, bool is_new_secret) {
  greeting_ = true;
  signing_in_ = false;
  if (!is_new_secret) return;
  mask_ = SecretMask();
  mask_.hide(secret);
}

void SmtpTrace::sent(std::string_view command) {
  greeting_ = false;
  command = text::trim(command);
  if (signing_in_) {
    mask_.hide(Secret(std::string(command)));
    return trace_.sent(command.empty() ? "(empty answer)" : "****");
  }
  signing_in_ = text::istarts_with(command, "AUTH ");
  const auto response = signing_in_ ? command.find(' ', 5) : std::string_view::npos;
  if (response == std::string_view::npos) return trace_.sent(command);
  mask_.hide(Secret(std::string(command.substr(response + 1))));
  if (Trace::is_on()) trace_.sent(fmt::format("{} ****", command.substr(0, response)));
}

void SmtpTrace::received(std::string_view line) {
  if (std::exchange(greeting_, false)) trace_.renew();
  line = text::trim(line);
  const bool challenges = signing_in_ && line.starts_with("334");
  signing_in_ = challenges;
  if (!Trace::is_on()) return;
  if (challenges && line.size() > 3) return trace_.received("334 ****");
  trace_.received(mask_.masked(text::to_valid_utf8(line)));
}

void SmtpTrace::sent_mail(std::size_t octets) const {
  if (Trace::is_on()) trace_.sent(fmt::format("({} bytes) .", octets));
}

}  // namespace poller
