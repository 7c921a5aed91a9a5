// One function a part of the file. load.cc calls them in order.
#pragma once

#include "config/fields.h"

namespace poller::config {

/// A mailbox, with everything filled in that its preset and protocol decide. Its queue is checked later.
Mailbox read_mailbox(const Reading& reading, const Node& map, int number);
/// `oauth:` of a mailbox whose preset, protocol and address are known.
void read_oauth(Section& parent, Mailbox& mailbox);
/// The preset's scopes where none are given; after oauth and smtp.
void complete_scopes(Mailbox& mailbox);
/// `smtp:` likewise; after oauth.
void read_smtp(Section& parent, Mailbox& mailbox);
/// {host, port, tls, ca_file}; what is missing stays empty or 0.
void read_server(Section& section, Server& server, Tls tls_without_port);

/// A queue.
Queue read_queue(const Reading& reading, const Node& map, int number);
/// `organisations:`.
void read_organisations(Section& top, Config& config);
/// The rules of `rules:`, in order.
void read_rules(Section& top, Config& config);
/// storage, vault, outbound, answers, notify, quarantine, proxy, http, retention, deadlines.
void read_settings(Section& top, Config& config);

/// `version: 1`, which may be missing.
void read_version(Section& section);
/// Complains that the queue named here does not exist, with those that do.
void refuse_queue(const Value& value, const Config& config);

/// The items of the list under `key`, each a mapping; complains about anything else.
std::vector<const Node*> read_mappings(const Value& value);

}  // namespace poller::config
