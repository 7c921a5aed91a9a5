#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/presets.h"
#include "config/read_parts.h"
#include "config/secret_ref.h"
#include "config/shapes.h"
#include "config/words.h"

namespace poller::config {
namespace {

bool is_shared_tenant(const std::string& tenant) {
  return tenant == "common" || tenant == "organizations" || tenant == "consumers";
}

/// https anywhere; http, which shows secrets to whoever listens, on loopback addresses alone.
void read_provider_url(const Value& value, std::string& out) {
  std::string word;
  constexpr const char* kAllowed = "an https:// address (http:// on loopback addresses alone)";
  if (!read_text(value, word, kAllowed)) return;
  const auto url = parse_url(word);
  if (!url || !url->userinfo.empty() ||
      (url->scheme != "https" && !(url->scheme == "http" && is_loopback(url->host)))) {
    value.refuse(kAllowed);
    return;
  }
  out = word;
}

void read_redirect(const Value& value, std::string& out) {
  std::string word;
  constexpr const char* kAllowed = "the registered loopback redirect, such as http://localhost";
  if (!read_text(value, word, kAllowed)) return;
  const auto url = parse_url(word);
  if (!url || url->scheme != "http" || !is_loopback(url->host) || !url->userinfo.empty()) {
    value.refuse(kAllowed);
    return;
  }
  out = word;
}

void read_scopes(const Value& value, OAuth& oauth) {
  std::vector<std::string> scopes;
  if (!read_texts(value, scopes)) return;
  for (const std::string& scope : scopes) {
    if (scope.find_first_of(" \"\\") != std::string::npos) {
      value.complain(fmt::format("found the scope {}; allowed: a list with one scope an item", quote(scope)));
      return;
    }
  }
  if (scopes.empty()) {
    value.refuse("at least one scope, or no such key");
    return;
  }
  oauth.scopes = std::move(scopes);
}

void read_credentials(Section& section, OAuth& oauth) {
  const Value secret = section.at("client_secret");
  read_secret(secret, oauth.client_secret);
  if (oauth.client_secret.source == SecretSource::literal && is_guid(oauth.client_secret.literal.reveal())) {
    secret.warn("looks like the secret's ID; what is needed is its Value");
  }
  const bool certificate = with_section(section, "certificate", [&](Section& part) {
    const Value cert = part.at("cert");
    const Value key = part.at("key");
    read_path(cert, oauth.certificate);
    if (key) oauth.certificate_key_place = key.place();
    if (read_path(key, oauth.certificate_key)) {
      if (const std::string fault = secret_file_fault(oauth.certificate_key); !fault.empty()) key.complain(fault);
    }
    if (!cert) part.missing("cert", "missing; allowed: the certificate's PEM file");
    if (!key) part.missing("key", "missing; allowed: the private key's PEM file");
  });
  if (certificate && secret) secret.complain("stands beside certificate; allowed: one of the two");
  const Value expires = section.at("client_secret_expires");
  std::chrono::sys_days day{};
  if (expires && (!expires.is(Node::Kind::scalar) || !parse_day(expires.node->value, day))) {
    expires.refuse("a day such as 2027-01-31");
  } else if (expires) {
    oauth.client_secret_expires = day;
  }
}

/// Whether the identifiers go to Microsoft itself, whose forms are known.
bool goes_to_microsoft(const Mailbox& mailbox) {
  return is_microsoft(mailbox.preset) && mailbox.oauth.discovery.empty() &&
         std::any_of(all_presets().begin(), all_presets().end(), [&](const PresetFacts& facts) {
           return is_microsoft(facts.preset) && mailbox.oauth.authority == facts.authority;
         });
}

/// The cloud of Microsoft's that gives the tokens, also where it was found without a preset; null: another provider.
const PresetFacts* cloud_of(const Mailbox& mailbox) {
  const OAuth& oauth = mailbox.oauth;
  const auto url = parse_url(oauth.discovery.empty() ? oauth.authority : oauth.discovery);
  if (!url) return nullptr;
  const auto gives = [&](const PresetFacts& facts) {
    const auto authority = parse_url(facts.authority);
    return is_microsoft(facts.preset) && authority && text::iequals(authority->host, url->host);
  };
  const PresetFacts& chosen = facts_of(mailbox.preset);
  if (gives(chosen)) return &chosen;
  const auto found = std::find_if(all_presets().begin(), all_presets().end(), gives);
  return found == all_presets().end() ? nullptr : &*found;
}

/// Microsoft Graph's name for the scope, without its host; empty where it is not Graph's. A name without a host means
/// Graph too, OpenID's own excepted. Source: learn.microsoft.com/entra/identity-platform/scopes-oidc.
std::string graph_scope(const std::string& scope) {
  constexpr std::array kOpenId{"offline_access", "openid", "profile", "email"};
  constexpr std::array kGraph{"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us",
                              "microsoftgraph.chinacloudapi.cn"};
  const auto same_as = [](const std::string& word) {
    return [&word](const char* other) { return text::iequals(word, other); };
  };
  if (scope.find('/') == std::string::npos) {
    return std::any_of(kOpenId.begin(), kOpenId.end(), same_as(scope)) ? std::string() : scope;
  }
  const auto url = parse_url(scope);
  if (!url || std::none_of(kGraph.begin(), kGraph.end(), same_as(url->host))) return {};
  return url->rest.substr(std::min(url->rest.find_first_not_of('/'), url->rest.size()));
}

/// Microsoft gives such a token gladly, and the mail server refuses it with no word of the reason.
void check_scope(const Value& scope, const std::string& mail_host) {
  if (!scope.is(Node::Kind::scalar)) return;
  const std::string name = graph_scope(scope.node->value);
  if (name.empty()) return;
  const bool of_mail =
      text::istarts_with(name, "IMAP.") || text::istarts_with(name, "POP.") || text::istarts_with(name, "SMTP.");
  scope.warn(
      fmt::format("found {}, which {}is Microsoft Graph's: the mail server refuses a token for Graph; allowed: {}",
                  quote(scope.node->value), scope.node->value == name ? "without a host " : "",
                  of_mail ? mail_host + "/" + name : "scopes that begin with " + mail_host + "/, and OpenID's"));
}

void check_scopes(const Value& scopes, const Mailbox& mailbox) {
  const PresetFacts* const cloud = cloud_of(mailbox);
  if (!scopes || cloud == nullptr) return;
  check_scope(scopes, cloud->scope_host);
  if (!scopes.is(Node::Kind::list)) return;
  for (std::size_t i = 0; i < scopes.node->items.size(); ++i) {
    check_scope({scopes.reading, scopes.node->items[i], fmt::format("{}[{}]", scopes.path, i + 1)}, cloud->scope_host);
  }
}

void check_tenant(const Value& tenant, const OAuth& oauth) {
  if (is_shared_tenant(oauth.tenant)) {
    tenant.warn(fmt::format("{} works for multi-tenant apps alone; a single-tenant app needs its Directory (tenant) ID",
                            quote(oauth.tenant)));
  } else if (!is_guid(oauth.tenant) && !is_domain(oauth.tenant)) {
    tenant.refuse("the Directory (tenant) ID, a GUID, or a verified domain such as contoso.onmicrosoft.com");
  }
}

void check_client_id(const Value& client_id, const OAuth& oauth) {
  const bool swapped = is_guid(oauth.tenant) && (is_domain(oauth.client_id) || is_shared_tenant(oauth.client_id));
  if (swapped) {
    client_id.complain(
        fmt::format("found {} here and a GUID in tenant: the two look swapped; allowed: the Application (client) ID, a "
                    "GUID",
                    quote(oauth.client_id)));
  } else if (!is_guid(oauth.client_id)) {
    client_id.refuse("the Application (client) ID, a GUID");
  } else if (oauth.client_id == oauth.tenant) {
    client_id.complain("is the same as tenant; allowed: the Application (client) ID, not the Directory (tenant) ID");
  }
}

void check_provider(Section& section, const Mailbox& mailbox) {
  const OAuth& oauth = mailbox.oauth;
  if (!section.has("client_id")) section.missing("client_id", "missing; allowed: the Application (client) ID");
  if (oauth.discovery.empty() && !section.has("discovery")) {
    if (!section.has("tenant")) section.missing("tenant", "missing; allowed: the Directory (tenant) ID");
    if (oauth.authority.empty() && !section.has("authority")) {
      section.missing("discovery", "missing; allowed: the provider's openid-configuration, or a preset that knows it");
    }
  }
}

}  // namespace

void read_oauth(Section& parent, Mailbox& mailbox) {
  OAuth& oauth = mailbox.oauth;
  const PresetFacts& preset = facts_of(mailbox.preset);
  oauth.authority = preset.authority;
  oauth.discovery = preset.discovery;
  oauth.user = mailbox.address;
  const bool remote = mailbox.protocol != Protocol::directory;
  const bool given = with_section(parent, "oauth", [&](Section& section) {
    const Value tenant = section.at("tenant");
    const Value client_id = section.at("client_id");
    read_text(tenant, oauth.tenant);
    read_text(client_id, oauth.client_id);
    read_credentials(section, oauth);
    read_text(section.at("user"), oauth.user);
    const Value authority = section.at("authority");
    if (authority) oauth.discovery.clear();
    read_provider_url(authority, oauth.authority);
    read_provider_url(section.at("discovery"), oauth.discovery);
    const Value scopes = section.at("scopes");
    read_scopes(scopes, oauth);
    read_redirect(section.at("redirect"), oauth.redirect);
    read_path(section.at("ca_file"), oauth.ca_file);
    if (mailbox.auth == Auth::oauth && (remote || parent.has("smtp"))) check_provider(section, mailbox);
    if (goes_to_microsoft(mailbox) && !section.has("discovery")) {
      if (!oauth.tenant.empty()) check_tenant(tenant, oauth);
      if (!oauth.client_id.empty()) check_client_id(client_id, oauth);
    }
    if (!oauth.scopes.empty()) check_scopes(scopes, mailbox);
    // Google's "Desktop app" has a secret too, and no token is given without it.
    const bool google = mailbox.preset == Preset::gmail && oauth.discovery == preset.discovery;
    if (google && client_id && !section.has("client_secret")) {
      client_id.warn("stands without client_secret, which Google wants of every client, desktop apps included");
    }
  });
  while (oauth.authority.ends_with('/')) oauth.authority.pop_back();
  if (!given && remote && mailbox.auth == Auth::oauth && !parent.has("oauth")) {
    parent.missing("oauth", "missing for auth: oauth; allowed: {tenant: ID, client_id: ID}");
  }
}

void complete_scopes(Mailbox& mailbox) {
  std::vector<std::string>& scopes = mailbox.oauth.scopes;
  const bool smtp = mailbox.smtp.has_value() && !mailbox.smtp->password;
  if (scopes.empty()) scopes = default_scopes(mailbox.preset, mailbox.protocol, smtp);
  // Without it Microsoft gives no refresh token, and the sign-in ends within the hour.
  const bool offline = std::find(scopes.begin(), scopes.end(), "offline_access") != scopes.end();
  if (is_microsoft(mailbox.preset) && !offline) scopes.emplace_back("offline_access");
}

}  // namespace poller::config
