// One log line a mail.
#pragma once

#include "base/log.h"
#include "config/config.h"
#include "intake/commit.h"

namespace poller {

inline void log_mail(const config::Mailbox& mailbox, const MailEvent& e) {
  if (!log::enabled(LogLevel::info)) return;
  log::info(std::string("mail ") + to_string(e.placement.outcome),
            {{"mailbox", mailbox.name},
             {"uid", e.source.uid != 0 ? std::to_string(e.source.uid) : e.source.uidl},
             {"message", e.placement.message.value_or(0)},
             {"ticket", e.placement.ticket.value_or(0)}});
}

}  // namespace poller
