// What a mail does to a ticket that is closed, or waits for an answer.
#pragma once

#include "config/config.h"
#include "intake/place.h"

namespace poller {

/// Changes a target that joins a closed ticket: it reopens, becomes a linked new ticket (or joins the open one that
/// continues it already), or a note, by the queue's `closed` and `reopen_within`. Machines' mail (auto-replies,
/// bounces, delivery reports) joins and leaves it closed. A pending ticket is open again, but for machines', agents'
/// and strangers' mail. Of any ticket: a report about a delay is a note.
void apply_closed_policy(Store& store, const config::Config& config, const Processed& mail, UnixTime now,
                         Target& target);

/// Whether the ticket is closed (or spam), and this mail would leave it so.
bool stays_closed(Store& store, const config::Config& config, const Ticket& ticket, const Processed& mail,
                  UnixTime now);

}  // namespace poller
