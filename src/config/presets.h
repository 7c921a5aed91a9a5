// What a preset fills in. Microsoft: learn.microsoft.com, "Authenticate an IMAP, POP or SMTP connection using OAuth"
// and "National clouds"; Google: developers.google.com/gmail/imap/xoauth2-protocol.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace poller::config {

struct PresetFacts {
  const char* word;  // as the file says it
  Preset preset;
  const char* imap_host;
  const char* pop3_host;
  const char* smtp_host;
  const char* authority;   // Microsoft's; empty: none
  const char* scope_host;  // Microsoft's resource, "https://outlook.office.com"
  const char* discovery;   // providers that are found by their openid-configuration
};

/// All presets, `none` last.
const std::vector<PresetFacts>& all_presets();
const PresetFacts& facts_of(Preset preset);

/// 993, 995, 143, 110: the port that goes with a protocol and its TLS.
std::uint16_t default_port(Protocol protocol, Tls tls);

/// What to ask for when `oauth.scopes` is not set: this protocol's right, SMTP's when `smtp`, and offline_access,
/// without which Microsoft gives no refresh token. Google has one scope for all, and no offline_access.
std::vector<std::string> default_scopes(Preset preset, Protocol protocol, bool smtp);

}  // namespace poller::config
