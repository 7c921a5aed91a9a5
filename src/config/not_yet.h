// What the configuration may say already and this version cannot do yet.
#pragma once

#include <string>

#include "config/fields.h"

namespace poller::config {

/// Looks the key (path without names, "mailboxes.trust") and its value up in the table of not_yet.cc.
void complain_not_yet(const Value& value, const std::string& key);

}  // namespace poller::config
