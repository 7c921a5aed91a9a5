// One log line a mail.
#pragma once

#include "base/log.h"
#include "config/config.h"
#include "intake/commit.h"
#include "intake/uid_text.h"

namespace poller {

inline void log_mail(const config::Mailbox& mailbox, const MailEvent& e) {
  if (!log::enabled(LogLevel::info)) return;
  log::info(std::string("mail ") + to_string(e.placement.outcome), {{"mailbox", mailbox.name},
                                                                    {"uid", uid_text(e.source)},
                                                                    {"message", e.placement.message.value_or(0)},
                                                                    {"ticket", e.placement.ticket.value_or(0)}});
}

}  // namespace poller
