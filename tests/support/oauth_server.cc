#include "oauth_server.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "net.h"
#include "node.h"

namespace poller::support {

using nlohmann::json;

OAuthServer::OAuthServer(const OAuthOptions& options) {
  const json arguments = {{"port", options.port}, {"clients", json::parse(options.clients_json)}};
  child_ = std::make_unique<Child>(node_program("oauth_server.mjs", {arguments.dump()}), dir_ / "log");
  port_ = static_cast<std::uint16_t>(std::stoi(child_->wait_for_line("ready ")));
}

std::string OAuthServer::authority() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::string OAuthServer::discovery() const { return authority() + "/.well-known/openid-configuration"; }

std::string OAuthServer::introspection_url() const { return authority() + "/introspect"; }

std::string OAuthServer::control(const std::string& action, const std::string& body) const {
  const auto answer = http_request(port_, "POST", "/test/" + action, body);
  if (answer.status != 200) throw std::runtime_error("OAuth server, " + action + ": " + answer.body);
  return answer.body;
}

MintedTokens OAuthServer::mint(const std::string& user, const std::string& client_id) {
  const auto made = json::parse(control("mint", json{{"user", user}, {"client_id", client_id}}.dump()));
  return {made.at("refresh_token"), made.at("access_token")};
}

std::vector<std::string> OAuthServer::issued(const std::string& user) const {
  return json::parse(control("issued", json{{"user", user}}.dump()));
}

void OAuthServer::expire_access_tokens(const std::string& user) { control("expire", json{{"user", user}}.dump()); }

void OAuthServer::revoke(const std::string& user) { control("revoke", json{{"user", user}}.dump()); }

void OAuthServer::set_access_ttl(int seconds) { control("ttl", json{{"access", seconds}}.dump()); }

void OAuthServer::set_reuse_detection(bool on) { control("settings", json{{"reuse_detection", on}}.dump()); }

void OAuthServer::set_fault(const std::string& fault) { control("fault", fault); }

std::vector<TokenRequest> OAuthServer::requests() const {
  std::vector<TokenRequest> all;
  for (const auto& r : json::parse(control("requests", "{}")))
    all.push_back({r.value("grant_type", ""), r.value("client_id", ""), r.value("ok", false), r.value("error", "")});
  return all;
}

int OAuthServer::refreshes() const {
  const auto all = requests();
  return static_cast<int>(
      std::count_if(all.begin(), all.end(), [](const auto& r) { return r.ok && r.grant_type == "refresh_token"; }));
}

BrowserPage browse(const std::string& url, const std::string& user, bool refuse) {
  Arguments arguments{url, user};
  if (refuse) arguments.emplace_back("--refuse");
  const auto run = run_program(node_program("browser.mjs", arguments));
  const auto line = run.out.find('\n');
  const auto blank = run.out.find(' ');
  if (run.exit_code != 0 || line == std::string::npos || blank > line)
    throw std::runtime_error("the browser failed: " + run.out + run.err);
  return {std::stoi(run.out), run.out.substr(blank + 1, line - blank - 1), run.out.substr(line + 1)};
}

}  // namespace poller::support
