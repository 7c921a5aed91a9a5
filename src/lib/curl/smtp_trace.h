// The dialogue with an SMTP server in the log at level trace, as libcurl tells of it: the sign-in masked before
// anything is formatted, of a mail its size alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/secret_mask.h"
#include "base/trace.h"

namespace poller {

class SmtpTrace {
 public:
  explicit SmtpTrace(std::string mailbox) : trace_("smtp", std::move(mailbox)) {}

  /// The next mail. With another secret nothing of the one before is remembered.
  void begin(const Secret& secret, bool is_new_secret);
  void sent(std::string_view command);
  void received(std::string_view line);
  void sent_mail(std::size_t octets) const;
  /// A server's words without what was said at the sign-in.
  [[nodiscard]] std::string masked(std::string words) const { return mask_.masked(std::move(words)); }

 private:
  Trace trace_;
  SecretMask mask_;
  bool greeting_ = true;  // nothing was said yet: what comes now is the greeting of a new connection
  bool signing_in_ = false;
};

}  // namespace poller
