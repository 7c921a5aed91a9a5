#include <fmt/format.h>

#include "base/text.h"
#include "config/presets.h"
#include "config/read_parts.h"
#include "config/secret_ref.h"
#include "config/shapes.h"

namespace poller::config {
namespace {

/// The ports that begin in plain text and need STARTTLS.
bool is_starttls_port(std::uint16_t port) { return port == 143 || port == 110 || port == 587 || port == 25; }
bool is_implicit_port(std::uint16_t port) { return port == 993 || port == 995 || port == 465; }

void read_tls(const Value& tls, Server& server) {
  if (tls.is(Node::Kind::scalar)) {
    const std::string word = text::to_lower(tls.node->value);
    if (word == "none" || word == "off" || word == "no" || word == "false" || word == "plain") {
      tls.refuse("implicit, starttls; a connection without TLS is not offered");
      return;
    }
  }
  read_word<Tls>(tls, {{"implicit", Tls::implicit}, {"starttls", Tls::starttls}}, server.tls);
}

void read_sender(Section& section, const Mailbox& mailbox, Smtp& smtp) {
  smtp.from = mailbox.address;
  if (const Value from = section.at("from"); read_text(from, smtp.from) && address_of(smtp.from).empty()) {
    from.refuse("\"Name <address>\" or an address");
  }
  const std::string address = address_of(smtp.from);
  if (!text::is_ascii(std::string_view(address).substr(0, address.rfind('@')))) {
    const char* allowed = "an address whose part before the @ is ASCII: servers take no other";
    section.has("from") ? section.at("from").refuse(allowed)
                        : section.missing("from", fmt::format("missing; allowed: {}", allowed));
  }
  if (!section.has("from") && address.empty()) {
    section.missing("from", "missing; allowed: \"Name <address>\", since the mailbox has no address to take");
  }
  smtp.ehlo = address.empty() ? "" : address.substr(address.rfind('@') + 1);
  if (const Value ehlo = section.at("ehlo"); read_text(ehlo, smtp.ehlo) && !is_host(smtp.ehlo)) {
    ehlo.refuse("a host name");
  }
}

}  // namespace

void read_server(Section& section, Server& server, Tls tls_without_port) {
  const Value host = section.at("host");
  if (read_text(host, server.host) && !is_host(server.host)) host.refuse("a host name or an IP address");
  read_port(section.at("port"), server.port);
  server.tls = is_starttls_port(server.port)   ? Tls::starttls
               : is_implicit_port(server.port) ? Tls::implicit
                                               : tls_without_port;
  read_tls(section.at("tls"), server);
  read_path(section.at("ca_file"), server.ca_file);
}

void read_smtp(Section& parent, Mailbox& mailbox) {
  with_section(parent, "smtp", [&](Section& section) {
    Smtp smtp;
    read_server(section, smtp.server, Tls::starttls);
    if (smtp.server.host.empty()) smtp.server.host = facts_of(mailbox.preset).smtp_host;
    if (smtp.server.host.empty() && !section.has("host")) {
      section.missing("host", "missing; allowed: the SMTP server's name, or a preset that knows it");
    }
    if (smtp.server.port == 0) smtp.server.port = smtp.server.tls == Tls::implicit ? 465 : 587;
    if (smtp.server.ca_file.empty()) smtp.server.ca_file = mailbox.server.ca_file;
    // The token is the signing-in user's; Exchange refuses a shared mailbox's name here.
    smtp.user = mailbox.auth == Auth::oauth && !mailbox.oauth.user.empty() ? mailbox.oauth.user : mailbox.user;
    read_text(section.at("user"), smtp.user);
    if (!read_secret(section.at("password"), smtp.password)) smtp.password = mailbox.password;
    read_sender(section, mailbox, smtp);
    mailbox.smtp = std::move(smtp);
  });
}

}  // namespace poller::config
