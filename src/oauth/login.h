// `poller login`: a person signs in, and the account's refresh token goes into the vault.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "config/config.h"
#include "oauth/login_ui.h"
#include "oauth/sign_in.h"
#include "oauth/token_source.h"

namespace poller::oauth {

struct LoginOptions {
  bool device = false;                         // the device code flow instead of the browser on this machine
  std::uint16_t port = 0;                      // of the loopback listener; 0: the redirect's, or a free one
  std::chrono::milliseconds timeout{600'000};  // for the person
  TokenSourceOptions world;
};

/// Signs the mailbox's account in, and with it every mailbox that shares it: the union of their scopes is asked.
/// Authorization code with PKCE over a loopback redirect (RFC 8252), or a device code (RFC 8628).
/// Throws Error: sign_in (declined, timed out, no refresh token), configuration, unreachable, temporary, storage.
SignedIn login(const config::Config& config, const std::string& mailbox, LoginUi& ui, LoginOptions options = {});

}  // namespace poller::oauth
