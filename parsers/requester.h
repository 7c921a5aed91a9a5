// Whose ticket a mail is.
#pragma once

#include <optional>

#include "model/mail.h"

namespace poller {

/// From, where it has an address; else the first of Reply-To, Sender, Return-Path that has one; else From's name, or
/// nothing.
std::optional<Address> requester_of(const Mail& mail);

}  // namespace poller
