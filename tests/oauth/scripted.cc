#include "scripted.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "oauth/account.h"
#include "oauth/open_vault.h"

namespace poller::oauth {
namespace {

std::map<std::string, std::string> take_form_apart(std::string_view body) {
  std::map<std::string, std::string> form;
  for (const std::string_view pair : text::split(body, '&')) {
    const std::size_t equals = pair.find('=');
    form[std::string(pair.substr(0, equals))] = url_decode(pair.substr(equals + 1));
  }
  return form;
}

class ScriptedHttp final : public Http {
 public:
  explicit ScriptedHttp(ScriptedProvider& provider) : provider_(provider) {}
  HttpAnswer get(const std::string& url) override { return provider_.answer({url, {}}); }
  HttpAnswer post_form(const std::string& url, const Secret& form) override {
    return provider_.answer({url, take_form_apart(form.reveal())});
  }

 private:
  ScriptedProvider& provider_;
};

}  // namespace

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "poller-oauth-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::unique_ptr<Http> ScriptedProvider::http() { return std::make_unique<ScriptedHttp>(*this); }

HttpAnswer ScriptedProvider::answer(Asked question) {
  {
    const std::lock_guard lock(mutex_);
    asked.push_back(question);
  }
  return handler(question);
}

std::size_t ScriptedProvider::count() const {
  const std::lock_guard lock(mutex_);
  return asked.size();
}

HttpAnswer json_answer(int status, const std::string& json) {
  HttpAnswer answer;
  answer.status = status;
  answer.content_type = "application/json; charset=utf-8";
  answer.body = Secret(json);
  return answer;
}

HttpAnswer grant_answer(const std::string& access, const std::string& refresh, int expires_in,
                        const std::string& scope) {
  std::string json = fmt::format(R"({{"token_type":"Bearer","expires_in":{},"ext_expires_in":{},"access_token":"{}")",
                                 expires_in, expires_in, access);
  if (!refresh.empty()) json += fmt::format(R"(,"refresh_token":"{}")", refresh);
  if (!scope.empty()) json += fmt::format(R"(,"scope":"{}")", scope);
  return json_answer(200, json + "}");
}

HttpAnswer entra_refusal(const std::string& error, int code, int status) {
  return json_answer(
      status,
      fmt::format(R"({{"error":"{}","error_description":"AADSTS{}: Something was refused.\r\nTrace ID: )"
                  R"(0f0f0f0f-1111-2222-3333-444444444444\r\nCorrelation ID: fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7\r\n)"
                  R"(Timestamp: 2026-01-09 02:02:12Z","error_codes":[{}],"timestamp":"2026-01-09 02:02:12Z",)"
                  R"("trace_id":"0f0f0f0f-1111-2222-3333-444444444444",)"
                  R"("correlation_id":"fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7"}})",
                  error, code, code));
}

config::SecretRef literal_secret(const std::string& text) {
  config::SecretRef ref;
  ref.source = config::SecretSource::literal;
  ref.literal = Secret(text);
  return ref;
}

config::Config test_config(const std::filesystem::path& folder) {
  config::Config config;
  config.vault_path = folder / "tokens";
  config.vault_key = literal_secret("a key for the tests");
  config::Mailbox mailbox;
  mailbox.name = "support";
  mailbox.preset = config::Preset::microsoft365;
  mailbox.address = "support@contoso.com";
  mailbox.oauth.tenant = "tenant-1";
  mailbox.oauth.client_id = "client-1";
  mailbox.oauth.user = "Helpdesk@contoso.com";
  mailbox.oauth.authority = "https://login.example.test";
  mailbox.oauth.scopes = {"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"};
  config.mailboxes.push_back(mailbox);
  return config;
}

Error failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::ours, "nothing was thrown"};
}

TokenTest::TokenTest() : config(test_config(folder.path())) {
  provider.handler = [](const Asked&) { return grant_answer("access-1", "refresh-2"); };
}

void TokenTest::sign_in(const std::string& refresh_token, const std::function<void(VaultEntry&)>& change) {
  VaultEntry entry;
  entry.account = account_id(config.mailboxes.front());
  entry.refresh_token = Secret(refresh_token);
  entry.flow = "code";
  entry.asked = config.mailboxes.front().oauth.scopes;
  entry.obtained_at = entry.last_used = clock.unix_now();
  if (change) change(entry);
  open_vault(config)->write(entry);
}

VaultEntry TokenTest::entry(const std::string& mailbox) {
  return open_vault(config)->read(account_of(config, mailbox).id).value();
}

std::unique_ptr<TokenSources> TokenTest::new_process() {
  TokenSourceOptions options;
  options.http = [this](const config::OAuth&) { return provider.http(); };
  options.clock = &clock;
  options.sleep = [this](std::chrono::milliseconds wait) { clock.advance(wait); };
  options.refreshed = [this](const std::vector<std::string>&, std::string_view result) {
    results.emplace_back(result);
  };
  return std::make_unique<TokenSources>(config, options);
}

TokenSource& TokenTest::source() {
  if (!sources_) sources_ = new_process();
  return sources_->for_mailbox("support");
}

}  // namespace poller::oauth
