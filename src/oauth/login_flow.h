// What the two ways to sign in share.
#pragma once

#include <memory>
#include <string>

#include "oauth/account.h"
#include "oauth/client_proof.h"
#include "oauth/endpoints.h"
#include "oauth/http.h"
#include "oauth/login.h"
#include "oauth/token_answer.h"
#include "oauth/token_request.h"
#include "oauth/vault.h"

namespace poller::oauth {

/// One sign-in under way.
struct LoginFlow {
  Account account;
  LoginUi& ui;
  LoginOptions options;  // complete
  std::unique_ptr<Vault> vault;
  std::unique_ptr<Http> http;
  Endpoints endpoints;
  ClientProof proof;

  [[nodiscard]] UnixTime now() const { return options.world.clock->unix_now(); }
  [[nodiscard]] std::string scopes() const;
  [[nodiscard]] RequestPolicy policy() const {
    return {options.world.clock, options.world.sleep, options.world.deadline};
  }
};

/// Which kind of client asks for a device code, and for the tokens of that sign-in ever after.
ClientKind device_kind(const LoginFlow& flow);

SignedIn login_with_code(LoginFlow& flow);
SignedIn login_with_device(LoginFlow& flow);

/// The Error for what a sign-in was refused with.
Error sign_in_error(const LoginFlow& flow, const Refusal& refusal, const std::string& endpoint);

}  // namespace poller::oauth
