#include "lib/curl/failure.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include "base/text.h"
#include "lib/curl/library.h"

namespace poller::curl {
namespace {

std::string day(UnixTime time) { return rfc3339(time).substr(0, 10); }

std::string join_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    if (out.size() > 200) return out + ", …";
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out.empty() ? "no name" : out;
}

bool is_provider(const Peer& peer) { return peer.keys == "oauth"; }

// "server.port"; a provider's place follows from its address.
std::string key_of(const Peer& peer, const char* key) {
  return is_provider(peer) ? std::string("oauth.authority or oauth.discovery") : peer.keys + "." + key;
}

std::string check_port(const Peer& peer) {
  if (is_provider(peer)) return "Check " + key_of(peer, "port") + ".";
  if (peer.keys == "smtp") {
    return "Check that smtp.port and smtp.tls go together: implicit TLS is 465, starttls is 587.";
  }
  return "Check that protocol, server.port and server.tls go together: implicit TLS is 993 (IMAP), 995 (POP3); "
         "starttls "
         "is 143, 110.";
}

Error refused_certificate(const Peer& peer, std::string_view message, const Handshake& c) {
  const std::string who = peer.name();
  switch (c.verify_error) {
    case X509_V_OK:
      return {ErrorKind::unreachable,
              fmt::format("the certificate of {} is for another name: {}", who, join_names(c.certificate.names)),
              fmt::format("Set {} to a name in the certificate; if it is right, someone may be in between.",
                          key_of(peer, "host"))};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {
          ErrorKind::unreachable,
          fmt::format("the certificate of {} has expired on {} ({})", who, day(c.failed.not_after), c.failed.subject),
          "The server's operator must renew it; check this machine's clock as well."};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {ErrorKind::unreachable, fmt::format("the certificate of {} is not yet valid ({})", who, c.failed.subject),
              "Check this machine's clock, then the server's certificate."};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return {ErrorKind::unreachable, fmt::format("the certificate of {} is self-signed ({})", who, c.failed.subject),
              fmt::format("If it is your own server, name this certificate in {}.ca_file.", peer.keys)};
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return {
          ErrorKind::unreachable,
          fmt::format("the certificate of {} is from an unknown authority (issuer {})", who, c.certificate.issuer),
          fmt::format("Install the package ca-certificates, or name the authority's certificate in {}.ca_file; where "
                      "a proxy inspects TLS, that is the proxy's own authority.",
                      peer.keys)};
    default:
      return {ErrorKind::unreachable, fmt::format("the certificate of {} was refused: {}", who, message),
              "The server's operator must correct its certificate."};
  }
}

// A handshake that failed before a certificate was judged. OpenSSL's reasons are all there is to go by.
Error failed_handshake(const Peer& peer, std::string_view message, const Handshake& c) {
  if (c.verify_error != 0) return refused_certificate(peer, message, c);
  const std::string who = peer.name();
  if (text::icontains(message, "wrong version number") || text::icontains(message, "packet length too long")) {
    return {ErrorKind::unreachable, fmt::format("{} does not speak TLS on this port", who), check_port(peer)};
  }
  if (text::icontains(message, "protocol version") || text::icontains(message, "unsupported protocol")) {
    return {ErrorKind::unreachable, fmt::format("{} offers no TLS version from 1.2 on", who),
            "The server must be upgraded; older versions are not safe and are never used."};
  }
  return {ErrorKind::unreachable, fmt::format("no TLS connection with {}: {}", who, message),
          check_port(peer) + " A firewall or proxy may meddle with the connection as well."};
}

Error timed_out(const Peer& peer, std::string_view message) {
  // Whose words these are had the connection already: POP3's port answers IMAP's question, or nobody speaks first.
  if (text::istarts_with(message, "Operation timed out after")) {
    if (is_provider(peer)) {
      return {ErrorKind::unreachable,
              fmt::format("{} was reached, but did not answer in time: {}", peer.name(), message),
              "If it does not pass, see whether a proxy or firewall holds the connection up."};
    }
    return {ErrorKind::unreachable, fmt::format("{} was reached, but gave no greeting: {}", peer.name(), message),
            check_port(peer)};
  }
  return {ErrorKind::unreachable, fmt::format("no answer from {} in time: {}", peer.name(), message),
          "Check host and port, and whether a firewall lets this machine out to them."};
}

// "Failed to connect to proxy.example port 3128": it was not the server that could not be reached.
bool names_another_port(const Peer& peer, std::string_view message) {
  return text::icontains(message, "Failed to connect to ") && text::icontains(message, " port ") &&
         !text::icontains(message, " port " + std::to_string(peer.port));
}

// "CONNECT tunnel failed, response 407"
bool wants_password(std::string_view message) { return text::icontains(message, "response 407"); }

// libcurl quotes the whole address, password and all: it is not repeated.
Error unusable_proxy() {
  return {ErrorKind::configuration, "the proxy cannot be used: its address is none that poller takes",
          "Write `proxy` (or the environment's https_proxy or all_proxy) as http://HOST:PORT, https://HOST:PORT, "
          "socks5://HOST:PORT or socks5h://HOST:PORT."};
}

Error from_proxy(std::string_view message) {
  if (wants_password(message)) {
    return {ErrorKind::unreachable, fmt::format("the proxy did not connect: it wants a name and password: {}", message),
            "Put them into `proxy: http://USER:PASSWORD@HOST:PORT` (or the environment's proxy variables), special "
            "characters percent-encoded; poller offers Basic alone."};
  }
  return {ErrorKind::unreachable, fmt::format("the proxy did not connect: {}", message),
          "Check `proxy` (or the environment's proxy variables) and that the proxy permits this host and port."};
}

}  // namespace

bool is_proxy_failure(CURLcode code, std::string_view message) {
  if (code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PROXY) return true;
  const bool broke = code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
                     code == CURLE_PARTIAL_FILE || code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT;
  return broke && (text::icontains(message, "CONNECT tunnel") || text::icontains(message, "Proxy CONNECT") ||
                   text::icontains(message, "SOCKS"));
}

bool is_lasting(CURLcode code, std::string_view message, const Handshake& seen) {
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR) return true;
  return (code == CURLE_SSL_CONNECT_ERROR && seen.verify_error != X509_V_OK) ||
         (is_proxy_failure(code, message) && wants_password(message));
}

Error failure(CURLcode code, const Peer& peer, std::string_view message, const Handshake& seen) {
  // libcurl's only wordless case of it: plain text behind the answer to STARTTLS (CVE-2021-22946 and its kin).
  if (code == CURLE_WEIRD_SERVER_REPLY && message.empty()) {
    return {ErrorKind::unreachable,
            fmt::format("{} sent plain text after its answer to STARTTLS, before TLS stood", peer.name()),
            fmt::format(
                "Someone on the way may have put it there; no password and no token was sent. Use {}.tls: implicit.",
                peer.keys)};
  }
  if (message.empty()) message = library().curl_easy_strerror(code);
  const std::string detail = text::escape_controls(text::to_valid_utf8(message));
  const std::string who = peer.name();
  if (text::istarts_with(detail, "Unsupported proxy")) return unusable_proxy();
  if (is_proxy_failure(code, detail)) return from_proxy(detail);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorKind::unreachable, fmt::format("the name {} cannot be resolved: {}", peer.host, detail),
              "Check the spelling of the host, and this machine's DNS."};
    case CURLE_COULDNT_CONNECT:
      if (names_another_port(peer, detail)) return from_proxy(detail);
      return {ErrorKind::unreachable, fmt::format("no connection to {}: {}", who, detail),
              "Check host and port, that the server is running, and that a firewall lets this machine out to it."};
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(peer, detail);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return refused_certificate(peer, detail, seen);
    case CURLE_SSL_CONNECT_ERROR:
      return failed_handshake(peer, detail, seen);
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorKind::configuration, fmt::format("the CA file cannot be used: {}", detail),
              "It must be a PEM file with at least one certificate."};
    case CURLE_USE_SSL_FAILED:
      return {
          ErrorKind::unreachable, fmt::format("{} does not offer STARTTLS", who),
          fmt::format("Use {}.tls: implicit with its port (993 IMAP, 995 POP3, 465 SMTP); nothing is said without TLS.",
                      peer.keys)};
    case CURLE_WEIRD_SERVER_REPLY:
      return {ErrorKind::unreachable, fmt::format("{} answered against the protocol: {}", who, detail),
              fmt::format("Check {}: another service may be listening there, or someone meddles with the connection.",
                          key_of(peer, "port"))};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {ErrorKind::configuration, fmt::format("not a usable address: {}: {}", who, detail), "Check the host."};
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return {ErrorKind::temporary, fmt::format("the connection to {} broke: {}", who, detail),
              "Nothing needs to be done: poller tries again. If it stays, a firewall or proxy ends the connection."};
    case CURLE_OUT_OF_MEMORY:
      return {ErrorKind::temporary, "out of memory in libcurl"};
    default:
      return {ErrorKind::unreachable,
              fmt::format("no connection to {}: {} (libcurl {})", who, detail, static_cast<int>(code))};
  }
}

}  // namespace poller::curl
