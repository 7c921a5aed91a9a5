// What the receiving service found out about the sender, read only where the sender cannot have written it.
#pragma once

#include <string>

#include "config/config.h"
#include "intake/trust_table.h"
#include "model/mail.h"

namespace poller {

struct SenderFinding {
  SenderTrust trust = SenderTrust::none;
  std::string why;  // "dmarc=pass by mx.contoso.com", "no Authentication-Results of mx.contoso.com"
};

/// From Authentication-Results (RFC 8601): the topmost one of `trust.authserv_id` (preset gmail: mx.google.com), for
/// Microsoft's presets without one the topmost in Microsoft's form, which bears no id. compauth decides, else dmarc; a
/// pass about another domain than From's is a fail. Microsoft's presets: where that gives no verdict,
/// X-MS-Exchange-Organization-AuthAs: Internal is a pass, unless `trust.internal` is false
/// (learn.microsoft.com, "Anti-spam message headers"; docs/threat-model.md says what it rests on).
SenderFinding judge_sender(const Mail& mail, const config::Mailbox& mailbox);

/// Whether From names more than one address: whose mail it is then, nobody can tell.
bool has_several_senders(const Mail& mail);

}  // namespace poller
